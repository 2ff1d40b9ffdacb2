package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/serving"
)

// TestPrintedAWSCommand pastes what `m2m up` prints for the AWS CLI into a shell with settings of
// its own, and looks at what the CLI is given.
func TestPrintedAWSCommand(t *testing.T) {
	t.Parallel()
	for _, tokenEndpoint := range []string{"http://127.0.0.1:4001/oauth2/token", ""} {
		printed := walkThrough(&serving.Description{
			APIURL: "http://127.0.0.1:4000", TokenEndpoint: tokenEndpoint, Region: "eu-central-1",
			AWSEndpoint: "http://127.0.0.1:4002", AccessKeyID: "LOCALID", SecretAccessKey: "SECRETTEXT",
		})
		_, command, found := strings.Cut(printed, "\n# AWS's own APIs")
		if !found {
			t.Fatalf("no command for the AWS CLI in:\n%s", printed)
		}
		tools := t.TempDir()
		const cli = "#!/bin/sh\necho \"$AWS_ENDPOINT_URL $AWS_DEFAULT_REGION $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY [$AWS_SESSION_TOKEN] $*\"\n"
		m2mtest.WriteProgram(t, filepath.Join(tools, "aws"), cli)
		shell := exec.CommandContext(t.Context(), "sh", "-c", "#"+command)
		shell.Env = append(os.Environ(), "PATH="+tools+":"+os.Getenv("PATH"), "AWS_SESSION_TOKEN=of-another-key", "AWS_ACCESS_KEY_ID=AKIDANOTHER")
		out, err := shell.CombinedOutput()
		const want = "http://127.0.0.1:4002 eu-central-1 LOCALID SECRETTEXT [] --endpoint-url http://127.0.0.1:4002 secretsmanager list-secrets --query SecretList[].Name --output text\n"
		if err != nil || string(out) != want {
			t.Errorf("the shell ran %q (%v), want %q", out, err, want)
		}
	}
}

// TestWantedOfRoutes says of each route what it asks for, and of none that it is open unless it is.
func TestWantedOfRoutes(t *testing.T) {
	t.Parallel()
	for want, route := range map[string]serving.Route{
		"open: no token is needed":               {Authorization: "NONE"},
		"any token of a client below":            {Authorization: "JWT", Scopes: []string{}},
		"a/b or a/c":                             {Authorization: "JWT", Scopes: []string{"a/b", "a/c"}},
		"what the authorizer's function lets in": {Authorization: "CUSTOM"},
		"a/d":                                    {Authorization: "CUSTOM", Scopes: []string{"a/d"}},
	} {
		if got := wanted(route); got != want {
			t.Errorf("%+v: %q, want %q", route, got, want)
		}
	}
}

// TestWalkThroughOfManyClients shows a few of them, and what to type for the rest.
func TestWalkThroughOfManyClients(t *testing.T) {
	t.Parallel()
	for count, want := range map[int]string{10: "", 11: "# 1 more clients: ", 1000: "# 990 more clients: `m2m clients` lists them"} {
		d := &serving.Description{
			APIURL: "http://127.0.0.1:4000", TokenEndpoint: "http://127.0.0.1:4001/oauth2/token", Clients: map[string]serving.Client{},
			Routes: []serving.Route{{RouteKey: "GET /orders", Authorization: "CUSTOM", Scopes: []string{"orders/read"}}},
		}
		for i := range count {
			d.Clients[fmt.Sprintf("client-%03d", i)] = serving.Client{ClientSecret: "SECRETTEXT"}
		}
		printed := walkThrough(d)
		if got := strings.Count(printed, "a token, then calls with it"); got != min(count, 10) {
			t.Errorf("of %d clients %d are shown", count, got)
		}
		if !strings.Contains(printed, want) || want == "" && strings.Contains(printed, "more clients") {
			t.Errorf("of %d clients it does not say %q:\n%s", count, want, printed)
		}
		if !strings.Contains(printed, "# Without a token: 401\n") {
			t.Error("there is no call without a token")
		}
	}
}
