//go:build judge

package judge

import (
	"encoding/json"
	"path/filepath"
	"testing"
)

// TestPreflight: none of the templates has what a real account has refused.
func TestPreflight(t *testing.T) {
	judgeTemplates(t, "cdk-preflight", func(_ string, templates []template) (findings []finding) {
		type group struct {
			Account   string   `json:"account"`
			Region    string   `json:"region"`
			Templates []string `json:"templates"`
		}
		groups := map[string]*group{}
		for _, to := range templates {
			key := to.account + " " + to.region
			if groups[key] == nil {
				groups[key] = &group{Account: to.account, Region: to.region}
			}
			groups[key].Templates = append(groups[key].Templates, to.file)
		}
		var given []*group
		for _, g := range groups {
			given = append(given, g)
		}
		input, err := json.Marshal(given)
		if err != nil {
			t.Fatal(err)
		}
		modules, err := filepath.Abs(filepath.Join(tools, "preflight"))
		if err != nil {
			t.Fatal(err)
		}
		var found []struct{ Rule, File, At, Text string }
		decode(t, judge{command: "node", args: []string{"preflight.mjs", modules}, stdin: input}.run(t), &found)
		for _, f := range found {
			findings = append(findings, finding{f.Rule, placeOf(t, templates, f.File), f.At, f.Text})
		}
		return findings
	})
}
