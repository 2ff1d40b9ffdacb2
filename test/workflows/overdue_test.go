package workflows

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOverdueScript: a report is there if something is overdue, and only then; what could not be
// looked at is an error, whatever a run before has left.
func TestOverdueScript(t *testing.T) {
	t.Parallel()
	for m2m, at := range map[string]string{".build/m2m": ".build/m2m", "m2m": "bin/m2m", "": ".build/m2m"} {
		for ends, want := range map[int]struct {
			status int
			report bool
		}{0: {0, false}, 3: {0, true}, 1: {1, false}, 139: {139, false}} {
			t.Run(fmt.Sprintf("M2M=%s ends with %d", m2m, ends), func(t *testing.T) {
				t.Parallel()
				said := fmt.Sprintf("#!/bin/sh\necho \"$*\"\nexit %d\n", ends)
				files := map[string]string{
					".build/overdue/dev.txt": "of yesterday", at: said, "bin/go": "#!/bin/sh\necho 'nothing is built where there is an m2m' >&2\nexit 7\n",
				}
				if m2m == "" {
					delete(files, at)
					files["bin/go"] = "#!/bin/sh\ncat > " + at + " <<'END'\n" + said + "END\nchmod +x " + at + "\n"
				}
				dir := scripted(t, "overdue", files)
				cmd := exec.CommandContext(t.Context(), filepath.Join(dir, ".ci", "overdue"), "dev")
				cmd.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"), "M2M="+m2m)
				out, _ := cmd.CombinedOutput()
				const asked = "clients --env dev --deployed --overdue\n"
				if got := cmd.ProcessState.ExitCode(); got != want.status || string(out) != asked {
					t.Errorf("status %d, says %q; want %d, %q", got, out, want.status, asked)
				}
				report, err := os.ReadFile(filepath.Join(dir, ".build", "overdue", "dev.txt"))
				if (err == nil) != want.report || strings.Contains(string(report), "yesterday") {
					t.Errorf("the report is %q, %v", report, err)
				}
			})
		}
	}
}
