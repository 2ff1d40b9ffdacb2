package workflows

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestDependabot: the modules of CDK, whose versions fit together or not at all, are raised together, and everything
// else that has versions is looked at.
func TestDependabot(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(filepath.Join(root, ".github", "dependabot.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Updates []struct {
			Ecosystem string `yaml:"package-ecosystem"`
			Groups    map[string]struct{ Patterns []string }
		}
	}
	if err := yaml.Unmarshal(source, &file); err != nil {
		t.Fatal(err)
	}
	var ecosystems, together []string
	for _, update := range file.Updates {
		ecosystems = append(ecosystems, update.Ecosystem)
		if update.Ecosystem == "gomod" {
			together = update.Groups["cdk"].Patterns
		}
	}
	if want := []string{"gomod", "npm", "github-actions"}; !slices.Equal(ecosystems, want) {
		t.Errorf("looks at %v, want %v", ecosystems, want)
	}
	modules, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	cdk := regexp.MustCompile(`(?m)^\s*(github\.com/\S*(?:aws-cdk-go|constructs-go|jsii-runtime-go|cdk-nag-go)\S*) v`).FindAllStringSubmatch(string(modules), -1)
	if len(cdk) < 5 {
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
