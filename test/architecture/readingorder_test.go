package architecture

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// readingOrder stands in the doc.go of a package that can be read from its first file to its last;
// the files follow.
const readingOrder = "Each file uses only those before it:"

// TestReadingOrder holds packages to the order of files that their doc.go gives.
func TestReadingOrder(t *testing.T) {
	t.Parallel()
	ordered := 0
	for _, p := range list(t) {
		files := map[string]*ast.File{}
		fset := token.NewFileSet()
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files[strings.TrimSuffix(name, ".go")] = file
		}
		if order := orderOf(files["doc"]); len(order) > 0 {
			ordered++
			for _, found := range disorder(fset, files, order) {
				t.Errorf("%s: %s", p.name(), found)
			}
		}
	}
	if ordered < 3 {
		t.Errorf("%d packages have an order of files, want internal/diff, internal/diff/change and internal/gateway at least", ordered)
	}
}

// orderOf is the order of files in doc, empty if there is none.
func orderOf(doc *ast.File) []string {
	if doc == nil {
		return nil
	}
	_, after, _ := strings.Cut(doc.Doc.Text(), readingOrder)
	sentence, _, _ := strings.Cut(after, ".")
	return strings.FieldsFunc(sentence, func(r rune) bool { return strings.ContainsRune(", \n", r) })
}

// disorder are the files that the order does not have, or has although they are gone, and the uses
// of a later file.
func disorder(fset *token.FileSet, files map[string]*ast.File, order []string) (found []string) {
	named := append(slices.Sorted(slices.Values(order)), "doc")
	slices.Sort(named)
	if all := slices.Sorted(maps.Keys(files)); !slices.Equal(all, named) {
		found = append(found, fmt.Sprintf("the files are %q, and doc.go orders %q", all, named))
	}
	place := func(pos token.Pos) int {
		return slices.Index(order, strings.TrimSuffix(filepath.Base(fset.Position(pos).Filename), ".go"))
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	// Other packages are not looked at: what a file uses of its own package is found without them.
	config := types.Config{Importer: nothing{}, Error: func(error) {}}
	pkg, _ := config.Check("ordered", fset, slices.Collect(maps.Values(files)), info)
	for ident, object := range info.Uses {
		if object.Pkg() == pkg && place(object.Pos()) > place(ident.Pos()) {
			found = append(found, fmt.Sprintf("%s uses %s of the later %s", fset.Position(ident.Pos()), ident.Name,
				filepath.Base(fset.Position(object.Pos()).Filename)))
		}
	}
	return found
}

// nothing imports nothing.
type nothing struct{}

func (nothing) Import(string) (*types.Package, error) { return nil, errors.New("not needed") }

func TestReadingOrderGoesRed(t *testing.T) {
	t.Parallel()
	sources := map[string]string{
		"doc":   "// Package p is read in order.\n//\n// " + readingOrder + " first,\n// second.\npackage p",
		"first": "package p\n\ntype T struct{ N int }\n\nfunc (t T) up() int { return t.later() }",
		"second": `package p

func (t T) later() int { return t.N }`,
	}
	fset, files := token.NewFileSet(), map[string]*ast.File{}
	for name, source := range sources {
		file, err := parser.ParseFile(fset, name+".go", source, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = file
	}
	order := orderOf(files["doc"])
	if !slices.Equal(order, []string{"first", "second"}) {
		t.Errorf("the order is read as %q", order)
	}
	if found := disorder(fset, files, order); len(found) != 1 || !strings.Contains(found[0], "uses later") {
		t.Errorf("a method of a later file: found %q", found)
	}
	if found := disorder(fset, files, []string{"second", "first"}); len(found) != 2 {
		t.Errorf("a type and its field of a later file: found %q", found)
	}
	if found := disorder(fset, files, []string{"second", "first", "third"}); len(found) != 3 {
		t.Errorf("a file that is gone: found %q", found)
	}
}
