package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"cognito-m2m/internal/diff"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/serving"
)

// hostile sets a terminal's title, clears it, turns text around and begins a line of its own.
const hostile = `\u001b]0;title\u0007\u001b[2J\u009b31m\u202e\nred: herring`

// hostileAssembly has it in every name.
func hostileAssembly(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	writeAssembly(t, dir, strings.ReplaceAll(`{
		"Description": "d%",
		"Parameters": {"P%": {"Type": "String%"}},
		"Conditions": {"C%": {"Fn::No%": 1}},
		"Mappings": {"M%": {"a%": {"b%": {"Ref%": 1}}}},
		"Resources": {
			"Topic%": {"Type": "AWS::SNS::Topic%", "Properties": {"TopicName%": "n%"}, "DependsOn": "No%"},
			"Client": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"UserPoolId": "p%", "ClientName": "c%"}},
			"Route": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"ApiId": "a%", "RouteKey": "GET /x%", "Target": {"Ref": "No%"}}},
			"Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": {
				"Effect": "Allow", "Principal": {"AWS%": "who%"}, "Action": "act%"}}}}
		},
		"Outputs": {"O%": {"Value": "v%", "Export": {"Name": "e%"}}}
	}`, "%", hostile))
	manifest := filepath.Join(dir, "assembly-dev", "manifest.json")
	m2mtest.Replace(t, manifest, "m2m-dev-Api", "m2m-dev-Api"+hostile)
	return dir
}

// safe wants text with no character that steers a terminal, and no line that begins as the hostile
// name wants.
func safe(t *testing.T, from, text string) {
	t.Helper()
	for _, r := range text {
		if r != '\n' && r != '\t' && !unicode.IsGraphic(r) {
			t.Errorf("%s has the character %U:\n%q", from, r, text)
			return
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "red: herring") {
			t.Errorf("%s has a line of a template's making: %q", from, line)
		}
	}
}

func TestNamesSteerNoTerminal(t *testing.T) {
	t.Parallel()
	plain, dir := t.TempDir(), hostileAssembly(t)
	writeAssembly(t, plain, `{"Resources": {}}`)
	for name, args := range map[string][]string{
		"diff":         {"diff", plain, dir, "--exit-zero"},
		"diff back":    {"diff", dir, plain, "--exit-zero"},
		"markdown":     {"diff", plain, dir, "--exit-zero", "--format", "markdown"},
		"up":           {"up", "--assembly", dir, "--ephemeral", "--api-addr", "127.0.0.1:0", "--cognito-addr", "127.0.0.1:0", "--aws-addr", "127.0.0.1:0"},
		"lenient up":   {"up", "--lenient", "--assembly", dir, "--ephemeral", "--api-addr", "127.0.0.1:0", "--cognito-addr", "127.0.0.1:0", "--aws-addr", "127.0.0.1:0"},
		"explain":      {"explain", "--assembly", dir, "x.y.z"},
		"unknown flag": {"up", "--\x1b[2J"},
		"unknown env":  {"diff", plain, dir, "--env", "\x1b[2J\u202e"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := process(t, args...)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			_ = cmd.Run() // whatever its status
			if stdout.Len()+stderr.Len() == 0 {
				t.Error("the command says nothing")
			}
			if name != "markdown" { // which puts a character without width of its own behind @
				safe(t, "stdout", stdout.String())
			} else {
				safe(t, "stdout", strings.ReplaceAll(stdout.String(), "@\u200b", "@"))
			}
			safe(t, "stderr", stderr.String())
		})
	}
}

// JSON is data: names are in it as they are.
func TestJSONKeepsNames(t *testing.T) {
	t.Parallel()
	plain, dir := t.TempDir(), hostileAssembly(t)
	writeAssembly(t, plain, `{"Resources": {}}`)
	cmd := process(t, "diff", "--json", "--exit-zero", plain, dir)
	text, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var report diff.Report
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatal(err)
	}
	var want string
	if err := json.Unmarshal([]byte(`"m2m-dev-Api`+hostile+`"`), &want); err != nil {
		t.Fatal(err)
	}
	stacks := report.Environments[0].Stacks
	if got := stacks[len(stacks)-1].Name; got != want {
		t.Errorf("the stack is called %q, want %q", got, want)
	}
}

// The commands of the walk-through are made to be pasted, and a route's path and the Region are the
// assembly's.
func TestWalkThroughIsSafeToPaste(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	routes := []serving.Route{}
	for _, path := range []string{"/$(>pwned)", "/;>pwned", "/`>pwned`", "/'$(>pwned)", "/>pwned", "/x\n>pwned"} {
		routes = append(routes, serving.Route{RouteKey: "GET " + path, Authorization: "JWT", Scopes: []string{"a\n>pwned"}})
	}
	text := walkThrough(&serving.Description{
		APIURL: "http://127.0.0.1:1", Region: "eu-west-1;>pwned", TokenEndpoint: "http://127.0.0.1:1/oauth2/token", Routes: routes,
		Clients: map[string]serving.Client{"reader\n>pwned": {ClientID: "id", ClientSecret: "secret", Scopes: []string{"b\n>pwned"}}},
	})
	safe(t, "the walk-through", text)
	_, commands, _ := strings.Cut(text, "\n# Without a token")
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "curl() { :; }\naws() { :; }\n#"+commands)
	cmd.Dir = dir
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, output, commands)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("pasting the commands runs something else: %v, %v\n%s", left, err, commands)
	}
}
