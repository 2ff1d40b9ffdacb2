package workflows

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestDiffAfterAKill: a run of .ci/diff that was killed takes its trap with it, and git still knows
// its worktree when the folder is gone.
func TestDiffAfterAKill(t *testing.T) {
	t.Parallel()
	project := scripted(t, "diff", map[string]string{
		"bin/npx":      "#!/bin/sh\n",
		"bin/go":       "#!/bin/sh\necho \"$*\"\n",
		".gitignore":   ".build\nnode_modules\n",
		"node_modules": "", // is linked, and nothing of it is used
	})
	inProject := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = project
		cmd.Env = append(os.Environ(), "PATH="+filepath.Join(project, "bin")+":"+os.Getenv("PATH"), "GIT_CONFIG_GLOBAL=/dev/null",
			"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
		said, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %q: %v\n%s", name, args, err, said)
		}
		return string(said)
	}
	inProject("git", "init", "--quiet")
	inProject("git", "add", ".")
	inProject("git", "commit", "--quiet", "--message", "one")
	inProject("git", "worktree", "add", "--quiet", "--detach", ".build/diff/base", "HEAD") // as far as the killed run came

	want := "run ./cmd/m2m diff .build/diff/old .build/diff/new --format markdown --exit-zero\n"
	if got := inProject(filepath.Join(project, ".ci", "diff"), "HEAD"); got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	if _, err := os.Stat(filepath.Join(project, ".build", "diff", "base")); err == nil {
		t.Error("the worktree is left behind")
	}
}
