package diff

import (
	"fmt"
	"io"
	"strings"

	"cognito-m2m/internal/diff/change"
	"cognito-m2m/internal/printable"
)

const (
	noDifference = "No difference."

	headingSecurity = "Security"
	headingStateful = "Replaced or removed: new ids and addresses, lost data"
)

// stillDeployed is what `cdk deploy` does about what is no longer in the app.
const stillDeployed = "cdk deploy leaves it unchanged; cdk destroy, run from the old version, removes it"

// WriteText writes the report for a terminal.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	if r.Equal() {
		b.WriteString(noDifference + "\n")
	} else {
		writeFindings(&b, headingSecurity, r.Security())
		writeFindings(&b, headingStateful, r.Stateful())
		for _, e := range r.Environments {
			b.WriteString(e.text())
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeFindings(b *strings.Builder, heading string, findings []Finding) {
	if len(findings) == 0 {
		return
	}
	b.WriteString(heading + "\n")
	for _, f := range findings {
		fmt.Fprintf(b, "  %-8s  %s (%s)\n            %s\n", f.Effect, printable.Text(f.Subject),
			printable.Text(strings.Join(f.Environments, ", ")), printable.Text(f.Message))
	}
	b.WriteString("\n")
}

func (e Environment) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", printable.Text(e.Name), describe(e.Change))
	if e.Change != change.Changed {
		return b.String()
	}
	for _, s := range e.Stacks {
		fmt.Fprintf(&b, "  %s: %s\n", printable.Text(s.Name), s.summary())
		b.WriteString(s.details("    "))
	}
	return b.String()
}

// describe words the change of an environment or a stack.
func describe(kind change.Kind) string {
	switch kind {
	case change.Same:
		return "no difference"
	case change.Removed:
		return "removed (" + stillDeployed + ")"
	default:
		return word(kind)
	}
}

// word is the change of a single thing.
func word(kind change.Kind) string {
	if kind == MayReplace {
		return "changed, may be replaced"
	}
	return string(kind)
}

// summary counts what happens to a stack's resources and the rest of its template.
func (s Stack) summary() string {
	counts := map[change.Kind]int{}
	for _, r := range s.Resources {
		counts[r.Change]++
	}
	var parts []string
	for _, kind := range []change.Kind{change.Added, change.Changed, MayReplace, Replaced, change.Removed} {
		if counts[kind] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[kind], word(kind)))
		}
	}
	if len(parts) > 0 {
		parts = []string{"resources: " + strings.Join(parts, ", ")}
	}
	if n := len(s.Elements); n > 0 {
		parts = append(parts, fmt.Sprintf("other parts: %d", n))
	}
	if s.Change != change.Changed {
		parts = append([]string{describe(s.Change)}, parts...)
	}
	return strings.Join(parts, "; ")
}

// details lists the resources and other elements that differ, each line behind indent.
func (s Stack) details(indent string) string {
	var b strings.Builder
	line := func(depth int, format string, args ...any) {
		b.WriteString(indent + strings.Repeat("  ", depth) + printable.Text(fmt.Sprintf(format, args...)) + "\n")
	}
	for _, r := range s.Resources {
		line(0, "%s %s (%s)", word(r.Change), r.Path, r.Type)
		if r.WasLogicalID != "" {
			line(1, "logical id: %s -> %s", r.WasLogicalID, r.LogicalID)
		}
		if r.Reason != "" {
			line(1, "%s", r.Reason)
		}
		if r.AssetChanged {
			line(1, "%s", r.assetText())
		}
		for _, d := range r.Differences {
			line(1, "%s: %s -> %s", d.Property, d.Old, d.New)
		}
	}
	for _, e := range s.Elements {
		line(0, "%s %s %s", e.Change, strings.ToLower(strings.TrimSuffix(e.Section, "s")), e.Name)
		for _, d := range e.Differences {
			switch e.Change {
			case change.Added:
				line(1, "%s: %s", d.Property, d.New)
			case change.Removed:
				line(1, "%s: %s", d.Property, d.Old)
			default:
				line(1, "%s: %s -> %s", d.Property, d.Old, d.New)
			}
		}
	}
	return b.String()
}

func (r Resource) assetText() string {
	if r.Type == typeFunction {
		return "code changed"
	}
	return "an asset changed"
}
