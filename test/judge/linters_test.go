//go:build judge

package judge

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestCFNLint: the templates follow the schemas and rules of cfn-lint, warnings included.
func TestCFNLint(t *testing.T) {
	judgeTemplates(t, "cfn-lint", func(dir string, templates []template) (findings []finding) {
		var found []struct {
			Filename, Message string
			Location          struct{ Path []any }
			Rule              struct{ ID string }
		}
		// The exit status is a sum of levels: 2 for errors, 4 for warnings, 8 for information.
		lint := judge{command: python("cfn-lint"), found: []int{2, 4, 6, 8, 10, 12, 14}}
		lint.args = []string{"--format", "json", "--regions", "ap-northeast-1", "--template", filepath.Join(dir, "*", "*.template.json")}
		decode(t, lint.run(t), &found)
		for _, f := range found {
			findings = append(findings, finding{f.Rule.ID, placeOf(t, templates, f.Filename), section(f.Location.Path), f.Message})
		}
		return findings
	})
}

// section is the resource, output or other member that a path leads into: the second of its
// members.
func section(path []any) string {
	if len(path) < 2 {
		return fmt.Sprint(path...)
	}
	return fmt.Sprint(path[1])
}

// TestCheckov: what checkov thinks insecure is not there, or meant.
func TestCheckov(t *testing.T) {
	judgeTemplates(t, "checkov", func(dir string, templates []template) (findings []finding) {
		var found struct {
			Results struct {
				Failed []struct {
					ID       string `json:"check_id"`
					Name     string `json:"check_name"`
					File     string `json:"file_path"` // from dir
					Resource string // type and logical id
				} `json:"failed_checks"`
			}
			Summary struct {
				Passed        int
				ParsingErrors int `json:"parsing_errors"`
			}
		}
		// It runs in dir because it takes a part of a template's path for a secret if that is 40
		// characters long. With neither a key nor downloads it asks nobody.
		check := judge{command: python("checkov"), dir: dir, found: []int{1}}
		check.args = []string{"--directory", ".", "--framework", "cloudformation", "--output", "json", "--quiet", "--compact", "--skip-download"}
		decode(t, check.run(t), &found)
		if found.Summary.ParsingErrors != 0 || found.Summary.Passed == 0 {
			t.Errorf("checkov could not read the templates: %+v", found.Summary)
		}
		for _, f := range found.Results.Failed {
			_, id, _ := strings.Cut(f.Resource, ".")
			findings = append(findings, finding{f.ID, placeOf(t, templates, filepath.Join(dir, f.File)), id, f.Name})
		}
		return findings
	})
}
