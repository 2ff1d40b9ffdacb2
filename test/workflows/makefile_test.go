package workflows

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTargets: what a workflow does can be done here, by the same target or script.
func TestTargets(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	called := 0
	for name, w := range all(t) {
		for _, s := range w.steps() {
			words := strings.Fields(s.Run)
			if len(words) == 0 || words[0] != "make" {
				if strings.HasPrefix(s.Run, ".ci/") {
					if _, err := os.Stat(filepath.Join(root, words[0])); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				}
				continue
			}
			for _, target := range words[1:] {
				if strings.ContainsAny(target, `="$`) {
					break // variables end the targets
				}
				called++
				if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(target) + `:`).Match(makefile) {
					t.Errorf("%s: the Makefile has no target %s", name, target)
				}
			}
		}
	}
	if called < 10 {
		t.Errorf("%d targets are called: the test does not see them", called)
	}
}

// TestRollbackSwitch: whoever says no to a rollback in another word gets none unawares.
func TestRollbackSwitch(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{"": "'cdk.out' \n", "on": "'cdk.out' \n", "off": "'cdk.out' --no-rollback-alarm\n", "no": "ROLLBACK is on or off, not no", "OFF": "ROLLBACK is on or off, not OFF"} {
		cmd := exec.CommandContext(t.Context(), "make", "--dry-run", "--assume-old=node_modules", "deploy", "ENV=dev", "ROLLBACK="+word)
		cmd.Dir = root
		said, err := cmd.CombinedOutput()
		if fails := strings.HasPrefix(want, "ROLLBACK"); (err != nil) != fails || !strings.Contains(string(said), want) {
			t.Errorf("ROLLBACK=%s: %v, %q; want %q", word, err, said, want)
		}
	}
}

// TestEnvironments: the workflows deploy and look at the environments that there are.
func TestEnvironments(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(root, "environments", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	workflows := all(t)
	for _, file := range files {
		env := strings.TrimSuffix(filepath.Base(file), ".yaml")
		deployed := strings.Contains(workflows["deploy.yml"].source, "environment: "+env+"\n")
		looked := regexp.MustCompile(`environment: \[.*\b` + env + `\b.*\]`).MatchString(workflows["drift.yml"].source)
		previewed := strings.Contains(workflows["preview.yml"].source, "environment: "+env+"\n")
		if !previewed && (!deployed || !looked) {
			t.Errorf("%s: deployed %t, looked at for drift %t", env, deployed, looked)
		}
	}
}
