// Package architecture guards decisions about the repository that the compiler would let slip, such
// as who may import whom. It needs neither awscdk nor Node.
package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "cognito-m2m"

// pkg is one package of the module with the packages it imports.
type pkg struct {
	ImportPath, Dir                    string
	GoFiles                            []string // without tests
	Imports, TestImports, XTestImports []string
}

// name is how the docs call a package of ours: app.go for the CDK app, client, internal/gateway.
func (p pkg) name() string { return nameOf(p.ImportPath) }

func nameOf(path string) string {
	if path == module {
		return "app.go"
	}
	return strings.TrimPrefix(path, module+"/")
}

// all are the packages that the package and its tests import, a package more than once where both
// do.
func (p pkg) all() []string { return slices.Concat(p.Imports, p.TestImports, p.XTestImports) }

func ours(path string) bool { return path == module || strings.HasPrefix(path, module+"/") }

// list asks for all packages, with the tests that only `make judge` runs.
func list(t *testing.T) (packages []pkg) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-tags=judge", "-json=ImportPath,Dir,GoFiles,Imports,TestImports,XTestImports", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
