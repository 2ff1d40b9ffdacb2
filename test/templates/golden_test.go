// Package templates guards the templates (*.qtpl): that the Go files beside them are what they are
// compiled to, and that they escape what they are given. It imports no package that has some: those
// may not compile while a template and its Go file differ.
package templates

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/valyala/quicktemplate/parser"

	"cognito-m2m/internal/m2mtest"
)

var update = flag.Bool("update", false, "write the Go files of templates again")

// TestGolden wants a Go file beside each template that is what quicktemplate makes of it, and none
// without a template.
func TestGolden(t *testing.T) {
	for name := range found(t, ".qtpl.go") {
		if _, err := os.Stat(name[:len(name)-len(".go")]); err != nil {
			t.Errorf("the template of %s is gone: delete the file, too", name)
		}
	}
	templates := found(t, ".qtpl")
	if len(templates) == 0 {
		t.Error("there is no template: this test looks at nothing")
	}
	for name, source := range templates {
		var b bytes.Buffer
		if err := parser.Parse(&b, bytes.NewReader(source), filepath.Base(name), filepath.Base(filepath.Dir(name))); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		golden := name + ".go"
		if *update {
			if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		current, _ := os.ReadFile(golden) // one that can't be read differs
		if diff := cmp.Diff(string(current), b.String()); diff != "" {
			t.Errorf("%s is not what its template makes: run make golden (-file +template)\n%s", golden, diff)
		}
	}
}

// found are the contents of the project's files whose names end so, by their paths.
func found(t *testing.T, suffix string) map[string][]byte {
	t.Helper()
	contents := map[string][]byte{}
	for _, folder := range []string{"cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join("..", "..", folder), func(path string, _ fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, suffix) {
				contents[path] = []byte(m2mtest.Read(t, path))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return contents
}
