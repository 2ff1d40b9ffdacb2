package local_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
)

// environDir is the assembly with a function that answers with its variables.
func environDir(t *testing.T) string {
	t.Helper()
	dir := servingtest.AssemblyDir(t, func(api servingtest.Template) {
		api.PropertiesOf("AWS::Lambda::Function")["Environment"] = map[string]any{"Variables": map[string]any{
			"TABLE": "orders", "STAGE": "deployed",
			"AWS_ENDPOINT_URL": "https://vpce-1.secretsmanager.eu-west-1.vpce.amazonaws.com", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
		}}
	})
	if err := m2mtest.BuildFunctions(servingtest.Bootstrap(t, dir), "./testdata/environ"); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestFunctionEnv gives a function variables for this run alone, in every way.
func TestFunctionEnv(t *testing.T) {
	t.Parallel()
	state, dir := t.TempDir(), environDir(t)
	if err := os.MkdirAll(filepath.Join(state, "dev"), 0o700); err != nil {
		t.Fatal(err)
	}
	file := "# a table of this machine\n\necho:AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000\n  ECHO:STAGE=of the file \r\necho:LIST=a=b,c=d # no comment\n"
	if err := os.WriteFile(filepath.Join(state, "dev", "functions.env"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	_, d := start(t, serving.Config{StateDir: state, FunctionEnv: []string{"echo:STAGE=", "Echo:ONE_MORE=of the flag"}}, dir)
	_, body := servingtest.Status(t, d, "/test_jwt", servingtest.Token(t, d, "reader"))
	var variables []string
	if err := json.Unmarshal([]byte(body), &variables); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	got := map[string]string{}
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		got[name] = value
	}
	if _, there := got["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]; there {
		t.Error("the SDKs of the function pass over AWS_ENDPOINT_URL")
	}
	want := map[string]string{
		"TABLE": "orders", "STAGE": "", "LIST": "a=b,c=d # no comment", "ONE_MORE": "of the flag",
		"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000", "AWS_ENDPOINT_URL": d.AWSEndpoint, "JWKS_URI": d.JWKSURI,
	}
	for name := range got {
		if _, wanted := want[name]; !wanted {
			delete(got, name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}
}

// TestFunctionEnvRefuses wants every mistake at once, with its place and without a value.
func TestFunctionEnvRefuses(t *testing.T) {
	t.Parallel()
	state, dir := t.TempDir(), servingtest.AssemblyDir(t, nil)
	if err := os.MkdirAll(filepath.Join(state, "dev"), 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(state, "dev", "functions.env")
	if err := os.WriteFile(file, []byte("KEY=sesame\n\necho:AWS_ENDPOINT_URL=http://127.0.0.1:8000\necho:AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const beforeTheAssembly = "" // is there
	for _, c := range []struct {
		flags []string
		dir   string
		want  []string
	}{
		{[]string{"echo", "ec ho:A=sesame"}, beforeTheAssembly, []string{
			file + ":1: NAME:KEY=VALUE is needed", file + ":3: AWS_ENDPOINT_URL names this run", file + ":4: AWS_ENDPOINT_URL names this run", "--function-env: NAME:KEY=VALUE is needed",
		}},
		{[]string{"other:KEY=sesame"}, dir, []string{`--function-env: no function or more than one is called "other" here; there are Echo`}},
		{[]string{"echo:AWS_REGION=sesame"}, beforeTheAssembly, []string{"--function-env: environment variables AWS_REGION are reserved by Lambda: choose other names"}},
	} {
		err := startFails(t, serving.Config{StateDir: state, FunctionEnv: c.flags}, c.dir)
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v: %q is not in %v", c.flags, want, err)
			}
		}
		if strings.Contains(err.Error(), "sesame") {
			t.Errorf("%v: the error shows a value: %v", c.flags, err)
		}
		if err := os.WriteFile(file, nil, 0o600); err != nil { // the next case has its flags alone
			t.Fatal(err)
		}
	}
}
