package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/deploy"
	"cognito-m2m/internal/deploy/deploytest"
)

func TestPredeploy(t *testing.T) {
	far := &deploytest.AWS{Stacks: map[string]*deploytest.Stack{
		"m2m-prod-Identity": {Status: "ROLLBACK_FAILED", Protected: true},
	}}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": far.Start(t), "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "OPS", "AWS_SECRET_ACCESS_KEY": "s",
		"AWS_CONFIG_FILE": t.TempDir() + "/none", "AWS_SHARED_CREDENTIALS_FILE": t.TempDir() + "/none", "AWS_MAX_ATTEMPTS": "1",
	} {
		t.Setenv(name, value)
	}
	assembly := deploytest.Assembly(t)
	var out, said bytes.Buffer
	status := execute([]string{"predeploy", "--env", "prod", "--assembly", assembly}, &out, &said)
	if want := "m2m-prod-Identity was never created (ROLLBACK_FAILED): its termination protection is turned off, so that cdk deploy can create it again.\n"; status != 0 || said.String() != want {
		t.Errorf("status %d, said %q, want %q", status, said.String(), want)
	}
	if far.Stacks["m2m-prod-Identity"].Protected {
		t.Error("the stack is still protected")
	}
	said.Reset()
	if status := execute([]string{"predeploy", "--env", "prod", "--assembly", assembly}, &out, &said); status != 0 || said.String() != "" || out.String() != "" {
		t.Errorf("again: status %d, said %q, wrote %q", status, said.String(), out.String())
	}
	far.Refuse = map[string]string{"DescribeStacks": "AccessDenied"}
	if status := execute([]string{"predeploy", "--env", "prod", "--assembly", assembly}, &out, &said); status != 1 || !strings.Contains(said.String(), "not for you (AccessDenied)") {
		t.Errorf("refused: status %d, said %q", status, said.String())
	}
	said.Reset()
	if status := execute([]string{"predeploy", "--env", "qa", "--assembly", assembly}, &out, &said); status != 1 || !strings.Contains(said.String(), "has the stages prod") {
		t.Errorf("another environment: status %d, said %q", status, said.String())
	}
}

// TestPredeployWithoutCredentials: predeploy and the commands for a deployment find out the same
// about AWS credentials.
func TestPredeployWithoutCredentials(t *testing.T) {
	for name, c := range map[string]struct{ file, profile, want string }{
		"none":            {"/none", "", "no AWS credentials were found"},
		"another profile": {"/none", "ops", `there is no AWS profile "ops"`},
		"unreadable":      {"", "", "the AWS settings can't be read"}, // a folder
	} {
		t.Run(name, func(t *testing.T) {
			file := t.TempDir() + c.file
			for name, value := range map[string]string{
				"AWS_CONFIG_FILE": file, "AWS_SHARED_CREDENTIALS_FILE": file, "AWS_EC2_METADATA_DISABLED": "true",
				"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_REGION": "eu-west-1", "AWS_PROFILE": c.profile,
			} {
				t.Setenv(name, value)
			}
			var out, said bytes.Buffer
			status := execute([]string{"predeploy", "--env", "prod", "--no-rollback-alarm"}, &out, &said)
			if status != 1 || !strings.Contains(said.String(), c.want) || !strings.Contains(said.String(), "aws sso login") {
				t.Errorf("status %d, said %q, want %q", status, said.String(), c.want)
			}
		})
	}
}

func TestPredeployWithoutARegion(t *testing.T) {
	if got := hint(plain(fmt.Errorf("looking at a stack: %w", deploy.ErrNoRegion), "")); !strings.Contains(got, "AWS_REGION") {
		t.Errorf("the hint is %q", got)
	}
}

// TestDeployScript runs .ci/deploy with a CDK CLI that tells what it is asked for.
func TestDeployScript(t *testing.T) {
	const alarm = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:errors"
	for name, c := range map[string]struct {
		delivery string
		state    string // of the alarm
		more     []string
		refuse   map[string]string
		want     string
		fails    bool
	}{
		"without delivery.yaml": {state: "OK", want: "prod/*\n"},
		"without the key":       {delivery: "", state: "OK", want: "prod/*\n"},
		"with it": {
			delivery: ", rollbackMinutes: 7", state: "OK",
			want: "--exclusively prod/Identity\n--exclusively prod/Api --monitoring-time-minutes 7 --rollback-trigger-alarm-arns " + alarm + "\n",
		},
		"while the alarm is raised":     {delivery: ", rollbackMinutes: 7", state: "ALARM", want: "prod/*\n"},
		"left out by hand":              {delivery: ", rollbackMinutes: 7", state: "OK", more: []string{"--no-rollback-alarm"}, want: "prod/*\n"},
		"what has to be done before it": {refuse: map[string]string{"DescribeStacks": "AccessDenied"}, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			far := &deploytest.AWS{Refuse: c.refuse, Alarms: map[string]string{"errors": c.state}, Stacks: map[string]*deploytest.Stack{"m2m-prod-Api": {
				Status: "UPDATE_COMPLETE", More: "<Outputs><member><OutputKey>RollbackAlarmArn</OutputKey><OutputValue>" + alarm + "</OutputValue></member></Outputs>",
			}}}
			project := deployProject(t, c.delivery, name != "without delivery.yaml")
			args := append([]string{filepath.Join(project, ".ci", "deploy"), "prod", deploytest.Assembly(t)}, c.more...)
			cmd := exec.CommandContext(t.Context(), "bash", args...)
			cmd.Env = append(os.Environ(), "PATH="+filepath.Join(project, "bin")+":"+os.Getenv("PATH"), "M2M=m2m",
				"AWS_ENDPOINT_URL="+far.Start(t), "AWS_REGION=eu-west-1", "AWS_ACCESS_KEY_ID=OPS", "AWS_SECRET_ACCESS_KEY=s",
				"AWS_CONFIG_FILE=/none", "AWS_SHARED_CREDENTIALS_FILE=/none", "AWS_MAX_ATTEMPTS=1")
			said, err := cmd.CombinedOutput()
			asked, _ := os.ReadFile(filepath.Join(project, "asked")) // without one, nothing was deployed
			if (err != nil) != c.fails || string(asked) != c.want {
				t.Errorf("error %v, deployed %q, want %q\n%s", err, asked, c.want, said)
			}
		})
	}
}

// deployProject is a project with the script, an environment, delivery.yaml, and an npx that writes
// down what it is asked to deploy.
func deployProject(t *testing.T, key string, delivery bool) string {
	t.Helper()
	project := t.TempDir()
	put := func(name, text string, mode os.FileMode) {
		t.Helper()
		file := filepath.Join(project, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	script, err := os.ReadFile("../../.ci/deploy")
	if err != nil {
		t.Fatal(err)
	}
	put(".ci/deploy", string(script), 0o700)
	put("cdk.json", `{"app": "true"}`, 0o600)
	put("lambda/echo/main.go", "package main\n", 0o600)
	put("environments/prod.yaml", `name: prod
identity: {deletionProtection: true}
resourceServers: [{identifier: orders, scopes: {read: Read}}]
clients: {shop: {scopes: [orders/read]}}
api: {routes: [{path: /, methods: [GET], scopes: []}]}
`, 0o600)
	if delivery {
		put("delivery.yaml", "repository: octo-org@1/octo-repo@2\nregion: eu-west-1\nenvironments:\n  prod: {account: \"123456789012\""+key+"}\n", 0o600)
	}
	put("bin/npx", "#!/bin/sh\n"+`echo "$@" | sed 's/.*--progress events //' >> "`+project+`/asked"`+"\n", 0o700)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(project, "bin", "m2m")); err != nil { // see TestMain
		t.Fatal(err)
	}
	return project
}
