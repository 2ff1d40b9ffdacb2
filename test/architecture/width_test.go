package architecture

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// maxWidth is how many columns a comment may take, with 4 for a tab.
const maxWidth = 100

func TestCommentsAreOfOneWidth(t *testing.T) {
	seen := 0
	for _, p := range list(t) {
		paths, _ := filepath.Glob(filepath.Join(p.Dir, "*.go")) // the pattern is well formed
		for _, path := range paths {
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			comments, wide := wideComments(string(source), p.name() == "config")
			seen += comments
			for _, place := range wide {
				t.Errorf("%s, %s", path, place)
			}
		}
	}
	if seen == 0 {
		t.Error("there is no comment: this test looks at nothing")
	}
}

// wideComments counts the comments with lines of their own, by lines, and says which are too wide.
// What can't be wrapped may be: a URL, a directive, the title of a difference from AWS, code, and
// what becomes a description in the schema of the environment file.
func wideComments(source string, describes bool) (comments int, wide []string) {
	lines := append(strings.Split(source, "\n"), "")
	for i, line := range lines {
		text, is := strings.CutPrefix(strings.TrimLeft(line, "\t"), "//")
		if !is {
			continue
		}
		comments++
		title := strings.HasPrefix(text, " Parity: ")
		description := describes && (strings.Contains(lines[i+1], `yaml:"`) || strings.HasPrefix(lines[i+1], "type "))
		if !strings.HasPrefix(text, " ") || title || description || strings.Contains(text, "://") {
			continue
		}
		if columns := utf8.RuneCountInString(line) + 3*strings.Count(line, "\t"); columns > maxWidth {
			wide = append(wide, fmt.Sprintf("line %d: a comment of %d columns, and %d is the most", i+1, columns, maxWidth))
		}
	}
	return comments, wide
}

func TestWideCommentsGoRed(t *testing.T) {
	fits := "// " + strings.Repeat("é", 97)
	field := "\n\tName string `yaml:\"name\"`"
	for source, want := range map[string]int{
		fits:                                    0,
		fits + "x":                              1,
		"\t" + fits:                             1,
		fits + "x\n" + fits + "x":               2,
		"x := 1 " + fits:                        0,
		"//nolint:gosec " + fits:                0,
		"// Par" + "ity: " + fits:               0,
		"// https://example.com/" + fits:        0,
		"//\t" + fits:                           0,
		"\t" + fits + field:                     0,
		"\t" + fits + "\n\t" + fits + field:     1,
		fits + "x\ntype tags map[string]string": 0,
		fits + "x\nfunc f() {}":                 1,
	} {
		if _, wide := wideComments(source, true); len(wide) != want {
			t.Errorf("got %q, want %d:\n%s", wide, want, source)
		}
	}
	if _, wide := wideComments("\t"+fits+field, false); len(wide) != 1 {
		t.Errorf("outside of config: %q", wide)
	}
}
