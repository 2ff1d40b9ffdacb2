package e2e

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// project is a copy of what a synth needs, whose dev.yaml a test may break.
func project(t *testing.T, dev string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"app.go", "cdk.json", "go.mod", "go.sum"} {
		raw, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), string(raw))
	}
	for _, name := range []string{"client", "config", "environments", "internal/clock", "internal/printable", "internal/standing", "lambda", "stacks"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "environments", "dev.yaml"), dev)
	return dir
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func devYAML(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "environments", "dev.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// freePorts is a `m2m up` whose ports can't be what fails.
func freePorts(args ...string) []string {
	return append([]string{"up", "--api-addr", "127.0.0.1:0", "--cognito-addr", "127.0.0.1:0", "--aws-addr", "127.0.0.1:0"}, args...)
}

func TestBadEnvironmentFile(t *testing.T) {
	var many strings.Builder
	for i := range 49 { // with reader and writer: 51
		fmt.Fprintf(&many, "  client-%d: {scopes: [test-api/read]}\n", i)
	}
	cases := []struct {
		name, old, new string
		want           []string
	}{
		{"unknown key", "throttle: {", "throtle: {", []string{"environments/dev.yaml:25:3", "throtle", `did you mean "throttle"`}},
		{"unknown scope", "reader: {scopes: [test-api/read]}", "reader: {scopes: [test-api/rad]}", []string{"environments/dev.yaml:16:", "test-api/rad", `did you mean "test-api/read"`}},
		{"token validity of 2 minutes", "reader: {scopes: [test-api/read]}", "reader: {scopes: [test-api/read], accessTokenValidity: 2m}", []string{"environments/dev.yaml:16:", "accessTokenValidity", "5m to 24h"}},
		{"51 clients", "clients:\n", "clients:\n" + many.String(), []string{"environments/dev.yaml:15:", "51", "50"}},
		{"prefix containing aws", `prefix: ""`, "prefix: my-aws-api", []string{"environments/dev.yaml:6:", "my-aws-api", "aws"}},
	}
	dev := devYAML(t)
	dir := project(t, dev)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			broken := strings.Replace(dev, c.old, c.new, 1)
			if broken == dev {
				t.Fatalf("%q is not in dev.yaml", c.old)
			}
			write(t, filepath.Join(dir, "environments", "dev.yaml"), broken)
			contains(t, fails(t, command(t, dir, freePorts()...)), c.want...)
		})
	}
	t.Run("unknown environment", func(t *testing.T) {
		write(t, filepath.Join(dir, "environments", "dev.yaml"), dev)
		contains(t, fails(t, command(t, dir, freePorts("--env", "qa")...)),
			`m2m: synthesizing qa: environments: unknown environment "qa"`, "dev, prod, staging")
	})
}

func TestPortInUse(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	said := fails(t, command(t, root, "up", "--api-addr", "127.0.0.1:0", "--cognito-addr", taken.Addr().String(), "--aws-addr", "127.0.0.1:0", "--state", t.TempDir()))
	contains(t, said, taken.Addr().String(), "in use", "--cognito-addr")
	if strings.Contains(said, "synthesizing") {
		t.Error("it was said only after a synth")
	}
}

// TestNoNode runs with a PATH that has go and a shell, and no node.
func TestNoNode(t *testing.T) {
	bin := t.TempDir()
	for _, name := range []string{"go", "sh"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	cmd := command(t, project(t, devYAML(t)), freePorts()...)
	cmd.Env = append(os.Environ(), "PATH="+bin, "JSII_NODE=")
	contains(t, fails(t, cmd), "needs Node.js", "install Node.js", "--assembly")
}

func TestNoAssembly(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "nowhere")
	contains(t, fails(t, command(t, root, freePorts("--assembly", missing, "--state", t.TempDir())...)),
		missing, "does not exist", "cdk synth")
}

func TestUnknownResourceType(t *testing.T) {
	unknown := patched(t, func(template map[string]any) {
		template["Resources"].(map[string]any)["Thing"] = map[string]any{"Type": "AWS::Nowhere::Thing"}
		properties(template, "", "AWS::Cognito::UserPoolClient", func(p map[string]any) { p["Colour"] = "blue" })
	})
	said := fails(t, command(t, root, freePorts("--assembly", unknown, "--state", newState(t))...))
	contains(t, said, "m2m-dev-Api", "Thing", "AWS::Nowhere::Thing", "dev/Api/Clients/Reader", "Colour", "--lenient")

	lenient := up(t, root, "--assembly", unknown, "--state", newState(t), "--lenient")
	echoed(t, lenient.call(t, "GET", "/test_jwt", lenient.token(t, "reader").AccessToken))
	contains(t, lenient.stderr.String(), "warning: m2m-dev-Api", "AWS::Nowhere::Thing")
}

func TestStateIsNotJSON(t *testing.T) {
	dir, err := assembly()
	if err != nil {
		t.Fatal(err)
	}
	state := t.TempDir()
	file := filepath.Join(state, "dev", "state.json")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	const content = `{"version": 1, "resources": sesame`
	write(t, file, content)
	said := fails(t, command(t, root, freePorts("--assembly", dir, "--state", state)...))
	contains(t, said, file, "not JSON", "left as it is", "--ephemeral")
	if strings.Contains(said, "sesame") {
		t.Error("the error quotes the file, which may hold a secret")
	}
	if raw, err := os.ReadFile(file); err != nil || string(raw) != content {
		t.Errorf("the file is now %q, %v", raw, err)
	}
}

// TestTwoRuns starts a second run on the state of the first.
func TestTwoRuns(t *testing.T) {
	dir, err := assembly()
	if err != nil {
		t.Fatal(err)
	}
	state := newState(t)
	first := up(t, root, "--assembly", dir, "--state", state)
	said := fails(t, command(t, root, freePorts("--assembly", dir, "--state", state)...))
	contains(t, said, fmt.Sprintf("process %d", first.cmd.Process.Pid), "--state", "--ephemeral")
	echoed(t, first.call(t, "GET", "/test_jwt", first.token(t, "reader").AccessToken))
}
