package config

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	gotypes "go/types"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestConceptsStandTogether holds that a new key is at home in one file: a kind of text or number
// is declared where the written form uses it, its rule and its conversion beside it, and what
// stacks reads of a concept beside its written form.
func TestConceptsStandTogether(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]*ast.File{}
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") {
			sources[name] = parsed(t, name, nil)
		}
	}
	for _, fault := range apart(sources) {
		t.Error(fault)
	}
}

func TestConceptsGoRed(t *testing.T) {
	t.Parallel()
	for other, want := range map[string]string{
		"type days int": "days is in b.go, and no type there uses it",
		"func (logs) Count() int { return 0 }\nfunc (logs) checked() int { return 0 }": "logs.Count is in b.go, and logs in a.go\nlogs.checked is in b.go, and logs in a.go",
		"type Logs struct{ Days int }": "Logs is in b.go, and logs in a.go",
		"type dayList []int":           "",
	} {
		sources := map[string]*ast.File{
			"a.go": parsed(t, "a.go", "package config\ntype logs struct{ Days days; Word word }\ntype word string\nfunc (word) Text() int { return 0 }"),
			"b.go": parsed(t, "b.go", "package config\n"+other),
		}
		if got := strings.Join(apart(sources), "\n"); got != want {
			t.Errorf("%s: got %q, want %q", other, got, want)
		}
	}
}

func parsed(t *testing.T, name string, source any) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// apart says which types, rules and conversions are in another file than what they belong to.
func apart(sources map[string]*ast.File) (faults []string) {
	home, uses, methods := declared(sources)
	fault := func(what, of string) {
		if home[what] != home[of] {
			faults = append(faults, fmt.Sprintf("%s is in %s, and %s in %s", what, home[what], of, home[of]))
		}
	}
	for method, of := range methods {
		fault(method, of)
	}
	for name, file := range home {
		if used, isKind := uses[name]; isKind && !used[file] && !used["environment.go"] { // whose keys are concepts of their own
			faults = append(faults, name+" is in "+file+", and no type there uses it")
		}
		for other := range home {
			if ast.IsExported(name) && name != other && strings.EqualFold(name, other) {
				fault(name, other)
			}
		}
	}
	slices.Sort(faults)
	return faults
}

// declared lists the types and methods of a package with the files they are in, for each kind of
// text or number the files with types that are made of it, and the type that a rule or a conversion
// belongs to.
func declared(sources map[string]*ast.File) (home map[string]string, uses map[string]map[string]bool, methods map[string]string) {
	home, uses, methods = map[string]string{}, map[string]map[string]bool{}, map[string]string{}
	var types []*ast.TypeSpec
	for file, source := range sources {
		ast.Inspect(source, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeSpec:
				types, home[n.Name.Name] = append(types, n), file
				if _, isKind := n.Type.(*ast.Ident); isKind {
					uses[n.Name.Name] = map[string]bool{}
				}
			case *ast.FuncDecl:
				if n.Recv != nil && slices.Contains([]string{"Text", "Number", "Count", "Word", "checked"}, n.Name.Name) {
					of := strings.TrimPrefix(gotypes.ExprString(n.Recv.List[0].Type), "*")
					home[of+"."+n.Name.Name], methods[of+"."+n.Name.Name] = file, of
				}
			}
			return true
		})
	}
	for _, spec := range types {
		ast.Inspect(spec.Type, func(n ast.Node) bool {
			if name, ok := n.(*ast.Ident); ok && uses[name.Name] != nil {
				uses[name.Name][home[spec.Name.Name]] = true
			}
			return true
		})
	}
	return home, uses, methods
}
