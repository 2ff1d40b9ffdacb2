package main

import (
	"bytes"
	"strings"
	"testing"

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
	status := run([]string{"predeploy", "--env", "prod", "--assembly", assembly}, &out, &said)
	if want := "m2m-prod-Identity was never created (ROLLBACK_FAILED): its termination protection is lifted, so that cdk deploy can make it again.\n"; status != 0 || said.String() != want {
		t.Errorf("status %d, said %q, want %q", status, said.String(), want)
	}
	if far.Stacks["m2m-prod-Identity"].Protected {
		t.Error("the stack is still protected")
	}
	said.Reset()
	if status := run([]string{"predeploy", "--env", "prod", "--assembly", assembly}, &out, &said); status != 0 || said.String() != "" || out.String() != "" {
		t.Errorf("again: status %d, said %q, wrote %q", status, said.String(), out.String())
	}
	far.Refuse = map[string]string{"DescribeStacks": "AccessDenied"}
	if status := run([]string{"predeploy", "--env", "prod", "--assembly", assembly}, &out, &said); status != 1 || !strings.Contains(said.String(), "not for you (AccessDenied)") {
		t.Errorf("refused: status %d, said %q", status, said.String())
	}
	said.Reset()
	if status := run([]string{"predeploy", "--env", "qa", "--assembly", assembly}, &out, &said); status != 1 || !strings.Contains(said.String(), "has the stages prod") {
		t.Errorf("another environment: status %d, said %q", status, said.String())
	}
}
