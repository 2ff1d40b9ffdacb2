package workflows

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestDependabot: the modules of CDK, whose versions fit together or not at all, are raised
// together, and everything else that has versions is looked at.
func TestDependabot(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(filepath.Join(root, ".github", "dependabot.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directory   string
			Directories []string
			Groups      map[string]struct{ Patterns []string }
		}
	}
	if err := yaml.Unmarshal(source, &file); err != nil {
		t.Fatal(err)
	}
	var ecosystems, together []string
	looked := map[string]bool{}
	for _, update := range file.Updates {
		ecosystems = append(ecosystems, update.Ecosystem)
		for _, folder := range append(update.Directories, update.Directory) {
			looked[update.Ecosystem+" "+folder] = true
		}
		if update.Ecosystem == "gomod" {
			together = update.Groups["cdk"].Patterns
		}
	}
	if want := []string{"gomod", "npm", "pip", "github-actions"}; !slices.Equal(ecosystems, want) {
		t.Errorf("looks at %v, want %v", ecosystems, want)
	}
	for _, want := range pinnedIn(t) {
		if !looked[want] {
			t.Errorf("nobody looks for new versions of %s", want)
		}
	}
	modules, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	cdk := regexp.MustCompile(`(?m)^\s*(github\.com/\S*(?:aws-cdk-go|constructs-go|jsii-runtime-go|cdk-nag-go)\S*) v`).FindAllStringSubmatch(string(modules), -1)
	if len(cdk) < 4 {
		t.Errorf("%d modules of CDK in go.mod", len(cdk))
	}
	for _, module := range cdk {
		covered := func(pattern string) bool {
			flat := strings.NewReplacer("/", ":") // Dependabot's * goes over slashes
			matched, err := path.Match(flat.Replace(pattern), flat.Replace(module[1]))
			return err == nil && matched
		}
		if !slices.ContainsFunc(together, covered) {
			t.Errorf("%s is raised without the others", module[1])
		}
	}
}

// pinnedIn are the folders with files that pin packages: "gomod /", "npm /", "pip /test/judge".
func pinnedIn(t *testing.T) (folders []string) {
	t.Helper()
	ecosystems := map[string]string{"go.mod": "gomod", "package-lock.json": "npm", "requirements.txt": "pip"}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules" || entry.Name() == "testdata") {
			return fs.SkipDir
		}
		if ecosystem := ecosystems[entry.Name()]; ecosystem != "" {
			folders = append(folders, ecosystem+" "+path.Join("/", path.Dir(name)))
		}
		return err
	})
	if err != nil || len(folders) < 6 {
		t.Fatalf("packages are pinned in %v, %v", folders, err)
	}
	return folders
}
