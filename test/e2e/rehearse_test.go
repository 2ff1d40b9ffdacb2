package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/m2mtest"
)

// rehearsal is an `m2m up --empty`, and the CDK CLI that deploys into it.
type rehearsal struct {
	*process

	cdk, home string
	state     string
	dir       string // of the assembly
}

// pinnedCDK is the project's CDK CLI, or the same version in the PATH. Without it the test is
// skipped.
func pinnedCDK(t *testing.T) string {
	t.Helper()
	var project struct {
		DevDependencies map[string]string `json:"devDependencies"`
	}
	if err := json.Unmarshal([]byte(m2mtest.Read(t, filepath.Join(root, "package.json"))), &project); err != nil {
		t.Fatal(err)
	}
	own, err := filepath.Abs(filepath.Join(root, "node_modules", ".bin", "cdk"))
	if err != nil {
		t.Fatal(err)
	}
	found, err := exec.LookPath("cdk")
	for _, path := range []string{own, found} {
		if said, versionErr := exec.CommandContext(t.Context(), path, "--version").Output(); versionErr == nil && strings.HasPrefix(string(said), project.DevDependencies["aws-cdk"]) {
			return path
		}
	}
	t.Skipf("the CDK CLI is not installed: run `npm ci`, or make rehearse (%v)", err)
	return ""
}

// rehearse starts an empty run and copies the dev assembly.
func rehearse(t *testing.T) *rehearsal {
	t.Helper()
	r := &rehearsal{cdk: pinnedCDK(t), home: t.TempDir(), dir: patched(t, func(map[string]any) {}), state: t.TempDir()}
	r.start(t)
	return r
}

// start starts the run where the functions' source is: the assembly's programs are for Lambda's
// processor.
func (r *rehearsal) start(t *testing.T) {
	t.Helper()
	r.process = started(t, command(t, root, "up", "--empty", "--json", "--aws-addr", "127.0.0.1:0", "--state", r.state))
}

// run runs the CDK CLI, and returns what it says. It must end with the status.
func (r *rehearsal) run(t *testing.T, status int, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.cdk, append(args, "--app", r.dir, "--no-notices", "--no-version-reporting")...)
	cmd.Dir = r.home
	cmd.Env = []string{
		"HOME=" + r.home, "CDK_HOME=" + r.home, "PATH=" + filepath.Dir(r.cdk) + string(os.PathListSeparator) + os.Getenv("PATH"), "CDK_DISABLE_CLI_TELEMETRY=1",
		"AWS_ENDPOINT_URL=" + r.AWSEndpoint, "AWS_ACCESS_KEY_ID=" + r.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + r.SecretAccessKey, "AWS_REGION=" + r.Region,
		"AWS_EC2_METADATA_DISABLED=true",
	}
	said, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != status {
		t.Fatalf("cdk %v: %v, want exit status %d\n%s\nthe run says:\n%s", args, err, status, said, r.Stderr)
	}
	return string(said)
}

func (r *rehearsal) deploy(t *testing.T) string {
	t.Helper()
	return r.run(t, 0, "deploy", "dev/*", "--require-approval", "never")
}

// m2m runs a command on the environment that was deployed, and returns what it says.
func (r *rehearsal) m2m(t *testing.T, status int, args ...string) string {
	t.Helper()
	cmd := command(t, scratch, append(args, "--env", "dev", "--state", r.state)...)
	said, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != status {
		t.Fatalf("m2m %v: %v, want exit status %d\n%s\nthe run says:\n%s", args, err, status, said, r.Stderr)
	}
	return string(said)
}

// change changes the Api template of the assembly. The CDK CLI uploads a template under the hash
// of its content, and never twice.
func (r *rehearsal) change(t *testing.T, change func(template map[string]any)) {
	t.Helper()
	file := m2mtest.Only(t, filepath.Join(r.dir, "assembly-dev", "*Api*.template.json"))
	m2mtest.ChangeJSON(t, file, change)
	sum := sha256.Sum256([]byte(m2mtest.Read(t, file)))
	assets := m2mtest.Only(t, filepath.Join(r.dir, "assembly-dev", "*Api*.assets.json"))
	var manifest struct {
		Files map[string]struct {
			Source struct {
				Path string `json:"path"`
			} `json:"source"`
		} `json:"files"`
	}
	if err := json.Unmarshal([]byte(m2mtest.Read(t, assets)), &manifest); err != nil {
		t.Fatal(err)
	}
	for hash, asset := range manifest.Files {
		if asset.Source.Path != filepath.Base(file) {
			continue
		}
		for _, name := range []string{assets, filepath.Join(r.dir, "assembly-dev", "manifest.json")} {
			m2mtest.Write(t, name, strings.ReplaceAll(m2mtest.Read(t, name), hash, hex.EncodeToString(sum[:])))
		}
	}
}

// TestDeployWithTheCDKCLI: the stock CDK CLI deploys the assembly as it is, and what it has
// deployed is served, changed and removed by it.
func TestDeployWithTheCDKCLI(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	r.deploy(t)
	r.m2m(t, 0, "verify", "--assembly", r.dir)
	clients := r.m2m(t, 0, "clients")
	if said := r.deploy(t); !strings.Contains(said, "no changes") {
		t.Errorf("nothing has changed, and it says:\n%s", said)
	}

	r.change(t, func(template map[string]any) {
		properties(template, "RoutesGETtestjwtread", "AWS::ApiGatewayV2::Route", func(route map[string]any) { route["RouteKey"] = "GET /test_jwt/again" })
	})
	r.deploy(t)
	r.m2m(t, 0, "call", "reader", "GET", "/test_jwt/again")
	r.m2m(t, 0, "verify", "--assembly", r.dir)

	r.Kill(t)
	r.start(t)
	r.m2m(t, 0, "verify", "--assembly", r.dir)
	if again := r.m2m(t, 0, "clients"); ids(again) != ids(clients) {
		t.Errorf("the clients were\n%s\nand are\n%s", clients, again)
	}

	r.run(t, 0, "destroy", "dev/*", "--force")
	if said := r.m2m(t, 1, "clients"); !strings.Contains(said, "dev does not run on this machine") {
		t.Errorf("it is destroyed, and m2m says: %s", said)
	}
}

// ids are the first two columns of what `m2m clients` prints.
func ids(table string) string {
	var columns bytes.Buffer
	for line := range strings.Lines(table) {
		if fields := strings.Fields(line); len(fields) > 1 {
			columns.WriteString(fields[0] + " " + fields[1] + "\n")
		}
	}
	return columns.String()
}
