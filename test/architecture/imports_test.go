package architecture

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// table is where the rule of who imports whom stands. The rows there are all there is to change for
// a package that comes, goes or moves.
const table = `the table "Who imports whom" of docs/architecture.md`

// row is a package's line in the table: what it and its tests import of ours. Names have no
// internal/ in front.
type row struct {
	pkg, owns      string
	imports, tests []string
}

// TestImports holds the code to the table, and the table to the code.
func TestImports(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows, faults := tableRows(string(text))
	if len(rows) == 0 {
		t.Fatalf("%s has no rows: this test looks at nothing", table)
	}
	for _, fault := range append(faults, differences(list(t), rows)...) {
		t.Error(fault)
	}
}

func TestImportsGoRed(t *testing.T) {
	gateway := pkg{
		ImportPath:   module + "/internal/gateway",
		Imports:      []string{"fmt", module + "/internal/clock"},
		XTestImports: []string{module + "/internal/gateway", module + "/internal/clock", module + "/internal/m2mtest"},
	}
	const right = "| `internal/gateway` | API Gateway | `clock` | `m2mtest` |"
	for name, test := range map[string]struct{ rows, want string }{
		"nothing":            {right, ""},
		"no row":             {"", "internal/gateway has no row"},
		"a row too many":     {right + "\n| `client` | tokens | none | |", "client is not a package"},
		"two rows":           {right + "\n" + right, "two rows for internal/gateway"},
		"not a row":          {right + "\n| `client`, `config` | tokens | none | |", "not a row"},
		"a sentence":         {right + "\n| `client` | tokens | all but `stacks` | |", "not a row"},
		"nothing owned":      {"| `internal/gateway` | | `clock` | `m2mtest` |", "not a row"},
		"an import":          {"| `internal/gateway` | API Gateway | none | `m2mtest` |", "internal/gateway imports clock"},
		"a test's import":    {"| `internal/gateway` | API Gateway | `clock` | |", "the tests of internal/gateway import m2mtest"},
		"an unused name":     {"| `internal/gateway` | API Gateway | `clock`, `sts` | `m2mtest` |", "internal/gateway does not import sts"},
		"a test's unused":    {"| `internal/gateway` | API Gateway | `clock` | `m2mtest`, `sts` |", "the tests of internal/gateway do not import sts"},
		"a name twice":       {"| `internal/gateway` | API Gateway | `clock` | `clock`, `m2mtest` |", "the tests of internal/gateway do not import clock"},
		"the tests' for all": {"| `internal/gateway` | API Gateway | `clock`, `m2mtest` | |", "internal/gateway does not import m2mtest"},
	} {
		t.Run(name, func(t *testing.T) {
			rows, faults := tableRows("# Page\n\n## Who imports whom\n\n| package | owns |\n| --- | --- |\n" + test.rows + "\n\n## Next\n\n| `a` | b |\n")
			got := strings.Join(append(faults, differences([]pkg{gateway}, rows)...), "\n")
			if test.want == "" && got != "" || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// tableRows reads the table. A cell of names has nothing but names, so that no sentence permits
// more than it says.
func tableRows(text string) (rows []row, faults []string) {
	form := regexp.MustCompile("^\\| `([^`]+)` \\| +([^|]+) \\| (none|`[^`]+`(?:, `[^`]+`)*) \\|((?: `[^`]+`,?)*) \\|$")
	_, text, _ = strings.Cut(text, "\n## Who imports whom\n")
	text, _, _ = strings.Cut(text, "\n## ")
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| package ") || strings.HasPrefix(line, "| --") {
			continue
		}
		match := form.FindStringSubmatch(line)
		if match == nil {
			faults = append(faults, fmt.Sprintf("not a row of %s: %s", table, line))
			continue
		}
		r := row{match[1], match[2], namesIn(match[3]), namesIn(match[4])}
		if slices.ContainsFunc(rows, func(other row) bool { return other.pkg == r.pkg }) {
			faults = append(faults, fmt.Sprintf("%s has two rows for %s", table, r.pkg))
		}
		rows = append(rows, r)
	}
	return rows, faults
}

func namesIn(cell string) (names []string) {
	for _, match := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
		names = append(names, match[1])
	}
	return names
}

// differences are the sentences that say how the packages and the table differ.
func differences(packages []pkg, rows []row) (found []string) {
	permitted := map[string]row{}
	for _, r := range rows {
		permitted[r.pkg] = r
	}
	for _, p := range packages {
		r, has := permitted[p.name()]
		delete(permitted, p.name())
		imports := imported(p.Imports, p.ImportPath)
		tests := slices.DeleteFunc(imported(p.all(), p.ImportPath), func(name string) bool { return slices.Contains(imports, name) })
		if !has {
			found = append(found, fmt.Sprintf("%s has no row in %s: add\n\t%s", p.name(), table, markdown(row{p.name(), "what it owns", imports, tests})))
			continue
		}
		wrong := missing(imports, r.imports, p.name()+" imports %s")
		wrong = append(wrong, missing(r.imports, imports, p.name()+" does not import %s")...)
		wrong = append(wrong, missing(tests, r.tests, "the tests of "+p.name()+" import %s")...)
		wrong = append(wrong, missing(r.tests, tests, "the tests of "+p.name()+" do not import %s")...)
		if len(wrong) > 0 {
			found = append(found, fmt.Sprintf("%s; its row in %s says otherwise. If this is intended, the row is\n\t%s",
				strings.Join(wrong, ", "), table, markdown(row{r.pkg, r.owns, imports, tests})))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(permitted)) {
		found = append(found, fmt.Sprintf("%s is not a package: delete its row in %s", name, table))
	}
	return found
}

// imported are our packages among the paths, once each, by the names that cells have.
func imported(paths []string, self string) (names []string) {
	for _, path := range paths {
		if ours(path) && path != self {
			names = append(names, strings.TrimPrefix(nameOf(path), "internal/"))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// missing puts each name that has and others lack into a sentence.
func missing(has, others []string, sentence string) (found []string) {
	for _, name := range has {
		if !slices.Contains(others, name) {
			found = append(found, fmt.Sprintf(sentence, name))
		}
	}
	return found
}

func markdown(r row) string {
	cell := func(names []string, none string) string {
		if len(names) == 0 {
			return none
		}
		return "`" + strings.Join(names, "`, `") + "` "
	}
	return fmt.Sprintf("| `%s` | %s | %s| %s|", r.pkg, r.owns, cell(r.imports, "none "), cell(r.tests, ""))
}
