package ssm_test

import (
	"os"
	"regexp"
	"testing"

	"cognito-m2m/internal/ssm"
)

// TestBootstrapVersionIsThePinnedOne compares with the template that `cdk bootstrap` of the pinned
// CDK CLI deploys.
func TestBootstrapVersionIsThePinnedOne(t *testing.T) {
	t.Parallel()
	template, err := os.ReadFile("../../node_modules/aws-cdk/lib/api/bootstrap/bootstrap-template.yaml")
	if os.IsNotExist(err) {
		t.Skip("the CDK CLI is not installed")
	}
	if err != nil {
		t.Fatal(err)
	}
	pinned := regexp.MustCompile(`(?s)\n  CdkBootstrapVersion:.*?\n      Value: '([0-9]+)'`).FindSubmatch(template)
	if pinned == nil || string(pinned[1]) != ssm.BootstrapVersion {
		t.Errorf("the pinned template has version %q, want %s", pinned, ssm.BootstrapVersion)
	}
}
