package diff

import (
	"fmt"
	"html"
	"io"
	"strings"

	"cognito-m2m/internal/diff/change"
	"cognito-m2m/internal/printable"
)

// MarkdownLimit is the length in bytes that a report in Markdown stays within: a comment on GitHub
// takes 65,536 characters.
const MarkdownLimit = 60_000

// cutNote stands at the end of a report that did not fit. The limit leaves room for it.
const cutNote = "\n_The report was cut: %d more parts. `m2m diff` shows all of them on a terminal._\n"

// WriteMarkdown writes the report for a comment on a pull request: findings first, the details
// folded. It is never longer than MarkdownLimit; what comes last is left out first, with a note.
func (r *Report) WriteMarkdown(w io.Writer) error {
	b := bounded{limit: MarkdownLimit - len(cutNote) - 8}
	if r.Equal() {
		b.add("### " + noDifference + "\n")
	} else {
		b.add("### What changes in the templates\n")
		b.addFindings(headingSecurity, r.Security())
		b.addFindings(headingStateful, r.Stateful())
		for _, e := range r.Environments {
			b.addEnvironment(e)
		}
	}
	if b.left > 0 {
		fmt.Fprintf(&b.text, cutNote, b.left)
	}
	_, err := io.WriteString(w, b.text.String())
	return err
}

// bounded takes whole parts of a text until one does not fit, and counts those it left out from
// there on.
type bounded struct {
	text        strings.Builder
	limit, left int
}

func (b *bounded) add(part string) {
	if b.left > 0 || b.text.Len()+len(part) > b.limit {
		b.left++
		return
	}
	b.text.WriteString(part)
}

func (b *bounded) addFindings(heading string, findings []Finding) {
	if len(findings) == 0 {
		return
	}
	b.add("\n#### " + heading + "\n\n")
	for _, f := range findings {
		b.add(fmt.Sprintf("- **%s** %s (%s): %s\n",
			f.Effect, code(f.Subject), escape(strings.Join(f.Environments, ", ")), escape(f.Message)))
	}
}

func (b *bounded) addEnvironment(e Environment) {
	b.add(fmt.Sprintf("\n#### %s: %s\n", escape(e.Name), describe(e.Change)))
	if e.Change != change.Changed {
		return
	}
	for _, s := range e.Stacks {
		details := s.details("")
		if details == "" {
			b.add(fmt.Sprintf("\n%s: %s\n", code(s.Name), s.summary()))
			continue
		}
		fence := fenceFor(details)
		b.add(fmt.Sprintf("\n<details><summary>%s: %s</summary>\n\n%stext\n%s%s\n\n</details>\n",
			html.EscapeString(printable.Text(s.Name)), s.summary(), fence, details, fence))
	}
}

// markup are the characters that Markdown and HTML give a meaning. A character without width after
// @ keeps a value from mentioning somebody.
var markup = strings.NewReplacer(
	"\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "#", "\\#", "|", "\\|", "~", "\\~",
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "@\u200b",
)

func escape(text string) string { return markup.Replace(printable.Text(text)) }

// code is text as a code span, in which nothing has a meaning but the delimiter.
func code(text string) string {
	text = printable.Text(text)
	delimiter := strings.Repeat("`", longestRun(text)+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return delimiter + text + delimiter
}

// fenceFor is longer than any run of backticks in the text that it encloses.
func fenceFor(text string) string { return strings.Repeat("`", max(longestRun(text)+1, 3)) }

// longestRun counts the backticks of the longest run of them.
func longestRun(text string) int {
	longest, run := 0, 0
	for _, r := range text {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
