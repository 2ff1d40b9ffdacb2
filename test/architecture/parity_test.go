package architecture

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const root = "../.."

// parityComment marks the code that knowingly differs from AWS, or that decides what AWS leaves
// open.
var parityComment = regexp.MustCompile(`(?m)// Parity: (.+)$`)

// TestParity wants a row in docs/parity.md for every such place, and no other row; and the tests
// that the rows name.
func TestParity(t *testing.T) {
	inCode, tests := map[string]bool{}, map[string]bool{}
	for _, source := range goFiles(t) {
		for _, match := range parityComment.FindAllSubmatch(source, -1) {
			inCode[string(match[1])] = true
		}
		for _, match := range regexp.MustCompile(`(?m)^func (Test\w+|Fuzz\w+)\(`).FindAllSubmatch(source, -1) {
			tests[string(match[1])] = true
		}
	}
	inDocs := map[string]bool{}
	for _, row := range parityRows(t) {
		if len(row) != 4 {
			t.Errorf("a row of %d cells, want 4: %s", len(row), row[0])
			continue
		}
		if inDocs[row[0]] {
			t.Errorf("two rows: %s", row[0])
		}
		inDocs[row[0]] = true
		for _, name := range regexp.MustCompile(`\b(Test|Fuzz)[A-Z]\w*`).FindAllString(row[3], -1) {
			if !tests[name] {
				t.Errorf("%s: there is no %s", row[0], name)
			}
		}
	}
	if len(inCode) == 0 {
		t.Error("no Parity comment in the code: this test looks at nothing")
	}
	if diff := cmp.Diff(inDocs, inCode); diff != "" {
		t.Errorf("docs/parity.md and the Parity comments differ (-docs +code):\n%s", diff)
	}
}

func goFiles(t *testing.T) (sources [][]byte) {
	t.Helper()
	for _, folder := range []string{"caller", "client", "cmd", "config", "internal", "lambda", "stacks", "test"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || filepath.Base(path) == "parity_test.go" {
				return err
			}
			source, err := os.ReadFile(path)
			sources = append(sources, source)
			return err
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	return sources
}

// parityRows are the cells of the table rows in docs/parity.md, headings left out.
func parityRows(t *testing.T) (rows [][]string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "docs", "parity.md"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(raw) {
		text := strings.TrimSpace(string(line))
		if !strings.HasPrefix(text, "| ") || strings.HasPrefix(text, "| --") || strings.HasPrefix(text, "| Behaviour |") {
			continue
		}
		// A vertical bar inside a cell is written \|.
		cells := strings.Split(strings.ReplaceAll(strings.Trim(text, "|"), `\|`, "\x00"), "|")
		rows = append(rows, slices.Collect(func(yield func(string) bool) {
			for _, cell := range cells {
				if !yield(strings.ReplaceAll(strings.TrimSpace(cell), "\x00", "|")) {
					return
				}
			}
		}))
	}
	return rows
}
