package workflows

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// drifted runs .ci/drift with a CDK CLI that says what the pinned one said (testdata/drift: `cdk
// drift -vvv` from "Starting Drift" on, of the dev environment's 36 resources, before a
// CloudFormation made to answer so).
func drifted(t *testing.T, said string) (output, report string, failed bool) {
	t.Helper()
	recorded, err := filepath.Abs(filepath.Join("testdata", "drift", said+".log"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"bin/npx": fmt.Sprintf("#!/bin/sh\nprintf '%%s\\n' \"$*\" > asked\ncat '%s'\n", recorded)}
	for stack, count := range map[string]int{"Identity": 3, "Api": 33} {
		var resources []string
		for i := range count {
			resources = append(resources, fmt.Sprintf("\"R%d\":{}", i))
		}
		files["cdk.out/assembly-dev/"+stack+".template.json"] = `{"Resources":{` + strings.Join(resources, ",") + `}}`
	}
	dir := scripted(t, "drift", files)
	cmd := exec.CommandContext(t.Context(), filepath.Join(dir, ".ci", "drift"), "dev")
	cmd.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	asked, readErr := os.ReadFile(filepath.Join(dir, "asked"))
	if readErr != nil || !strings.HasPrefix(string(asked), "cdk drift ") || !strings.Contains(string(asked), " -vvv ") {
		t.Fatalf("it asked for %q, %v: %s", asked, readErr, out)
	}
	found, _ := os.ReadFile(filepath.Join(dir, ".build", "drift", "dev.txt"))
	return string(out), string(found), err != nil
}

// TestDrift: what nothing checked is not fine.
func TestDrift(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]struct {
		failed  bool
		last    string
		drifted bool
	}{
		"clean":   {last: "dev: no drift"},
		"absent":  {last: "dev: no drift"}, // of some types, CloudFormation detects no drift
		"drift":   {last: "dev: drift, see .build/drift/dev.txt", drifted: true},
		"unknown": {failed: true, last: "dev: drift could not be looked for: CloudFormation could not check all resources, for the reasons above"},
		"some":    {failed: true, last: "dev: drift could not be looked for: CloudFormation could not check all resources, for the reasons above"},
		"both":    {failed: true, last: "dev: drift could not be looked for: CloudFormation could not check all resources, for the reasons above", drifted: true},
		"none":    {failed: true, last: "dev: drift could not be looked for: none of the 36 resources was checked"},
	} {
		t.Run(said, func(t *testing.T) {
			t.Parallel()
			output, report, failed := drifted(t, said)
			if lines := strings.Split(strings.TrimSpace(output), "\n"); failed != want.failed || lines[len(lines)-1] != want.last {
				t.Errorf("failed %t, and says %q; want %q", failed, lines[len(lines)-1], want.last)
			}
			if strings.Contains(report, "[~] AWS::Cognito::UserPool ") != want.drifted || (report == "") == want.drifted {
				t.Errorf("the report is %q", report)
			}
			if strings.Contains(output, "[SDK") || strings.Contains(output, "Resources In Sync") {
				t.Errorf("it shows what the CLI tells of itself:\n%s", output)
			}
		})
	}
}
