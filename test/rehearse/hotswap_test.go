package rehearse

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// TestHotswap replaces a function's code beside its stack, as who develops does. Its callers get
// the next answer from it, and everything else stays.
func TestHotswap(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	t.Parallel()
	c := starts(t)
	first := here(t, withPrograms(t, "0"), "")
	c.cdk(t, 0, first, "deploy", "dev/*", "--require-approval", "never")
	known := declaredIn(t, first)
	before := c.look(t, known)
	calling := c.begin(t, known, before)

	c.cdk(t, 0, here(t, first, "http.StatusAccepted"), "deploy", "dev/Api", "--exclusively", "--hotswap", "--require-approval", "never")
	calling.again(t)
	lines, meanwhile := answers(calling.end())
	if got := strings.Join(lines, "\n"); strings.Count(got, "200 → 202 with new token, package client, token in use") != len(known.routes) || len(lines) != len(known.routes) {
		t.Errorf("noticed:\n%s", got)
	}
	if more := noticed(before, c.look(t, known)); len(more)+len(meanwhile) > 0 {
		t.Errorf("also noticed: %q, meanwhile %q", more, meanwhile)
	}
}

// here is a copy of an assembly whose functions run on this machine as they are. With a status,
// lambda/echo is another program, which answers with it.
func here(t *testing.T, assembly, status string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "cdk.out")
	if err := os.CopyFS(dir, os.DirFS(assembly)); err != nil {
		t.Fatal(err)
	}
	architecture := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
	m2mtest.ChangeJSON(t, m2mtest.Only(t, filepath.Join(dir, "assembly-dev", "devApi*.template.json")), func(template map[string]any) {
		for _, resource := range template["Resources"].(map[string]any) {
			if resource := resource.(map[string]any); resource["Type"] == "AWS::Lambda::Function" {
				resource["Properties"].(map[string]any)["Architectures"] = []string{architecture}
			}
		}
	})
	for _, a := range assets(t, dir, "Api") {
		if a.Source.Packaging == "zip" && (status == "" || !strings.Contains(a.DisplayName, "/Rotate/")) {
			program := filepath.Join(dir, "assembly-dev", a.Source.Path, "bootstrap")
			buildHere(t, a, program, status)
			rehash(t, dir, a, program)
		}
	}
	return dir
}

// buildHere builds a function's program for this machine.
func buildHere(t *testing.T, a asset, program, status string) {
	t.Helper()
	name, overlay := "echo", filepath.Join(t.TempDir(), "overlay.json")
	if strings.Contains(a.DisplayName, "/Rotate/") {
		name = "rotate"
	}
	replaced := map[string]string{}
	if status != "" {
		source, err := filepath.Abs(filepath.Join(root, "lambda", "echo", "handler.go"))
		if err != nil {
			t.Fatal(err)
		}
		replaced[source] = filepath.Join(filepath.Dir(overlay), "handler.go")
		m2mtest.Write(t, replaced[source], strings.Replace(m2mtest.Read(t, source), "http.StatusOK", status, 1))
	}
	raw, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		t.Fatal(err)
	}
	m2mtest.Write(t, overlay, string(raw))
	cmd := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlay, "-o", program, "-trimpath", "cognito-m2m/lambda/"+name)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building %s: %v\n%s", name, err, said)
	}
}

// rehash gives an asset the key that follows from its program: the CDK CLI uploads a key once.
func rehash(t *testing.T, dir string, a asset, program string) {
	t.Helper()
	sum := sha256.Sum256([]byte(m2mtest.Read(t, program)))
	was, is := strings.TrimSuffix(a.key(), ".zip"), hex.EncodeToString(sum[:])
	if err := os.Rename(filepath.Join(dir, "asset."+was), filepath.Join(dir, "asset."+is)); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(filepath.Join(dir, "assembly-dev"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".json") {
			m2mtest.Write(t, path, strings.ReplaceAll(m2mtest.Read(t, path), was, is))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
