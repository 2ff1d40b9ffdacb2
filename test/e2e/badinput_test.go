package e2e

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// project is a copy of what a synth needs, whose dev.yaml a test may break.
func project(t *testing.T, dev string) string {
	t.Helper()
	dir := t.TempDir()
	m2mtest.CopyProject(t, root, dir, dev)
	return dir
}

func devYAML(t *testing.T) string {
	t.Helper()
	return m2mtest.Read(t, filepath.Join(root, "environments", "dev.yaml"))
}

// freePorts is a `m2m up` whose ports can't be what fails.
func freePorts(args ...string) []string {
	return m2mtest.OnFreePorts(append([]string{"up"}, args...)...)
}

func TestBadEnvironmentFile(t *testing.T) {
	t.Parallel()
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
	dir := builtProject(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			broken := strings.Replace(dev, c.old, c.new, 1)
			if broken == dev {
				t.Fatalf("%q is not in dev.yaml", c.old)
			}
			m2mtest.Write(t, filepath.Join(dir, "environments", "dev.yaml"), broken)
			m2mtest.Contains(t, m2mtest.Fails(t, command(t, dir, freePorts()...)), c.want...)
		})
	}
	t.Run("unknown environment", func(t *testing.T) {
		m2mtest.Write(t, filepath.Join(dir, "environments", "dev.yaml"), dev)
		m2mtest.Contains(t, m2mtest.Fails(t, command(t, dir, freePorts("--env", "qa")...)),
			`m2m: synthesizing qa: environments: unknown environment "qa"`, "dev, prod, staging")
	})
}

func TestPortInUse(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	said := m2mtest.Fails(t, command(t, root, "up", "--api-addr", "127.0.0.1:0", "--cognito-addr", taken.Addr().String(), "--aws-addr", "127.0.0.1:0", "--state", t.TempDir()))
	m2mtest.Contains(t, said, taken.Addr().String(), "in use", "--cognito-addr")
	if strings.Contains(said, "synthesizing") {
		t.Error("it was said only after a synth")
	}
}

// TestNoNode runs with a PATH that has go and a shell, and no node.
func TestNoNode(t *testing.T) {
	t.Parallel()
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
	m2mtest.Contains(t, m2mtest.Fails(t, cmd), "needs Node.js", "install Node.js", "--assembly")
}

func TestNoAssembly(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "nowhere")
	m2mtest.Contains(t, m2mtest.Fails(t, command(t, root, freePorts("--assembly", missing, "--state", t.TempDir())...)),
		missing, "does not exist", "cdk synth")
}

func TestUnknownResourceType(t *testing.T) {
	t.Parallel()
	unknown := patched(t, func(template map[string]any) {
		template["Resources"].(map[string]any)["Thing"] = map[string]any{"Type": "AWS::Nowhere::Thing"}
		properties(template, "", "AWS::Cognito::UserPoolClient", func(p map[string]any) { p["Colour"] = "blue" })
	})
	said := m2mtest.Fails(t, command(t, root, freePorts("--assembly", unknown, "--state", newState(t))...))
	m2mtest.Contains(t, said, "m2m-dev-Api", "Thing", "AWS::Nowhere::Thing", "dev/Api/Clients/Reader", "Colour", "--lenient")

	lenient := up(t, scratch, "--assembly", unknown, "--state", newState(t), "--lenient")
	echoed(t, lenient.call(t, "GET", "/test_jwt", lenient.token(t, "reader").AccessToken))
	lenient.says(t, 0, "warning: m2m-dev-Api", "AWS::Nowhere::Thing")
}

func TestStateIsNotJSON(t *testing.T) {
	t.Parallel()
	dir, err := assembly()
	if err != nil {
		t.Fatal(err)
	}
	state := t.TempDir()
	file := filepath.Join(state, "dev", "state.json")
	const content = `{"version": 1, "resources": sesame`
	m2mtest.Write(t, file, content)
	said := m2mtest.Fails(t, command(t, root, freePorts("--assembly", dir, "--state", state)...))
	m2mtest.Contains(t, said, file, "not JSON", "left unchanged", "--ephemeral")
	if strings.Contains(said, "sesame") {
		t.Error("the error quotes the file, which may hold a secret")
	}
	if now := m2mtest.Read(t, file); now != content {
		t.Errorf("the file is now %q", now)
	}
}

// TestTwoRuns starts a second run on the state of the first.
func TestTwoRuns(t *testing.T) {
	t.Parallel()
	dir, err := assembly()
	if err != nil {
		t.Fatal(err)
	}
	state := newState(t)
	first := up(t, scratch, "--assembly", dir, "--state", state)
	said := m2mtest.Fails(t, command(t, root, freePorts("--assembly", dir, "--state", state)...))
	m2mtest.Contains(t, said, fmt.Sprintf("process %d", first.Cmd.Process.Pid), "--state", "--ephemeral")
	echoed(t, first.call(t, "GET", "/test_jwt", first.token(t, "reader").AccessToken))
}
