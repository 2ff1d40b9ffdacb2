package architecture

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

var (
	fence    = regexp.MustCompile("(?ms)^```.*?^```$")
	heading  = regexp.MustCompile(`(?m)^#+ (.+)$`)
	inline   = regexp.MustCompile("`[^`\n]*`")
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	citation = regexp.MustCompile(`sections? [\d., and]+(?:of )?docs/aws-behaviour\.md|docs/aws-behaviour\.md,\s+(?://\s+)?sections? [\d., and]+`)
	section  = regexp.MustCompile(`\d+(?:\.\d+)?`)
)

// TestLinks follows every relative link of the project's pages, to the file and to the heading in
// it.
func TestLinks(t *testing.T) {
	pages := pages(t)
	followed := 0
	for name, text := range pages {
		for _, match := range link.FindAllStringSubmatch(inline.ReplaceAllString(text, "code"), -1) {
			if strings.Contains(match[1], "://") || strings.HasPrefix(match[1], "mailto:") {
				continue
			}
			followed++
			if why := broken(pages, name, match[1]); why != "" {
				t.Errorf("%s links to %s: %s", name, match[1], why)
			}
		}
	}
	if followed == 0 {
		t.Error("no page has a relative link: this test looks at nothing")
	}
}

func TestBrokenLinksGoRed(t *testing.T) {
	pages := map[string]string{"docs/a.md": "# A page\n\n## What it's for, `x`\n\n## Twice\n\n## Twice\n"}
	for _, target := range []string{"b.md", "a.md#what-it-is-for", "#nothing", "a.md#twice-2"} {
		if broken(pages, "docs/a.md", target) == "" {
			t.Errorf("%s is followed", target)
		}
	}
	for _, target := range []string{"a.md", "a.md#what-its-for-x", "#a-page", "#twice-1", "../docs"} {
		if why := broken(pages, "docs/a.md", target); why != "" {
			t.Errorf("%s: %s", target, why)
		}
	}
}

// TestCitations holds that the sections of docs/aws-behaviour.md that code cites are there.
func TestCitations(t *testing.T) {
	has := map[string]bool{}
	for _, match := range heading.FindAllStringSubmatch(pages(t)["docs/aws-behaviour.md"], -1) {
		has[section.FindString(match[1])] = true
	}
	cited := 0
	for _, source := range goFiles(t) {
		for _, match := range citation.FindAllString(string(source), -1) {
			for _, number := range section.FindAllString(match, -1) {
				cited++
				if !has[number] {
					t.Errorf("docs/aws-behaviour.md has no section %s: %s", number, match)
				}
			}
		}
	}
	if cited == 0 {
		t.Error("no code cites docs/aws-behaviour.md: this test looks at nothing")
	}
}

// broken says why a link on a page leads nowhere, "" if it does not.
func broken(pages map[string]string, page, target string) string {
	file, anchor, _ := strings.Cut(target, "#")
	path := page
	if file != "" {
		path = filepath.ToSlash(filepath.Join(filepath.Dir(page), file))
	}
	text, isPage := pages[path]
	if _, err := os.Stat(filepath.Join(root, path)); err != nil && !isPage {
		return "there is no " + path
	}
	if anchor != "" && !anchors(text)[anchor] {
		return path + " has no such heading"
	}
	return ""
}

// anchors are the ids that GitHub gives the headings of a page.
func anchors(text string) map[string]bool {
	ids := map[string]bool{}
	for _, match := range heading.FindAllStringSubmatch(text, -1) {
		id := slug(match[1])
		for n := 1; ids[id]; n++ {
			id = slug(match[1]) + "-" + strconv.Itoa(n)
		}
		ids[id] = true
	}
	return ids
}

func slug(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, title)
}

// pages are the Markdown files of the root and of docs, by their paths, without code blocks.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	read := func(path string) error {
		raw, err := os.ReadFile(filepath.Join(root, path))
		found[path] = fence.ReplaceAllString(string(raw), "")
		return err
	}
	top, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range top {
		if err := read(filepath.Base(path)); err != nil {
			t.Fatal(err)
		}
	}
	err = fs.WalkDir(os.DirFS(root), "docs", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".md" {
			return err
		}
		return read(path)
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
