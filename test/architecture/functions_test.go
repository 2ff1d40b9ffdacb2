package architecture

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
	"testing"
)

const (
	maxLines      = 40
	maxParameters = 4
)

// TestFunctionsAreShort leaves tests alone, whose tables make them long.
func TestFunctionsAreShort(t *testing.T) {
	seen := 0
	for _, p := range list(t) {
		for _, path := range productionFiles(p) {
			functions, faults := longFunctions(t, path, nil)
			seen += functions
			for _, fault := range faults {
				t.Errorf("%s: %s", p.name(), fault)
			}
		}
	}
	if seen == 0 {
		t.Error("there is no function: this test looks at nothing")
	}
}

func TestLongFunctionsGoRed(t *testing.T) {
	for source, want := range map[string]int{
		"func f(a, b int, c, d string) {" + strings.Repeat("\n", 39) + "}":      0,
		"func f() {" + strings.Repeat("\n", 40) + "}":                           1,
		"func (x T) f(a, b int, c, d string, e bool) {}":                        1,
		"func f(int, int, int, int, ...int) {" + strings.Repeat("\n", 40) + "}": 2,
		"func f() { _ = func(a, b, c, d, e int) {} }":                           1,
		"func f(t *testing.T, a, b, c, d int) {}":                               0,
		"func f(t testing.TB, a, b, c, d, e int) {}":                            1,
	} {
		functions, faults := longFunctions(t, "a.go", "package a\n\n"+source)
		if functions == 0 || len(faults) != want {
			t.Errorf("%d functions, faults %q, want %d:\n%s", functions, faults, want, source)
		}
	}
}

// longFunctions counts a file's functions and says which are too long or take too much, literals
// included. A source of nil is read from the file.
func longFunctions(t *testing.T, path string, source any) (functions int, faults []string) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		var name string
		var form *ast.FuncType
		switch n := n.(type) {
		case *ast.FuncDecl:
			name, form = n.Name.Name, n.Type
		case *ast.FuncLit:
			name, form = "a function without a name", n.Type
		default:
			return true
		}
		functions++
		first, last := fset.Position(n.Pos()), fset.Position(n.End())
		place := fmt.Sprintf("%s:%d: %s", filepath.Base(path), first.Line, name)
		if lines := last.Line - first.Line + 1; lines > maxLines {
			faults = append(faults, fmt.Sprintf("%s has %d lines, and %d is the most", place, lines, maxLines))
		}
		if parameters := parametersOf(form); parameters > maxParameters {
			faults = append(faults, fmt.Sprintf("%s has %d parameters, and %d is the most", place, parameters, maxParameters))
		}
		return true
	})
	return functions, faults
}

// parametersOf counts a parameter without a name, which has a field of its own, but not the test
// that a kit's function is called by.
func parametersOf(form *ast.FuncType) (count int) {
	for _, field := range form.Params.List {
		if test := types.ExprString(field.Type); test != "*testing.T" && test != "testing.TB" {
			count += max(1, len(field.Names))
		}
	}
	return count
}
