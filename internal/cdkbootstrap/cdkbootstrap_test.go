package cdkbootstrap_test

import (
	"strings"
	"testing"

	"cognito-m2m/internal/cdkbootstrap"
)

func TestNames(t *testing.T) {
	t.Parallel()
	type place struct{ account, region string }
	here := place{"123456789012", "eu-west-1"}
	for name, want := range map[string]place{
		"cdk-hnb659fds-assets-123456789012-eu-west-1":   here,
		"cdk-my-own-assets-123456789012-eu-west-1":      here,
		"cdk-MyOwn-assets-123456789012-eu-west-1":       {}, // no bucket has such a name
		"cdk-longerthan10-assets-123456789012-eu-west1": {},
		"cdk-hnb659fds-assets-12345678901-eu-west-1":    {},
		"my-bucket": {},
	} {
		account, region, ok := cdkbootstrap.Bucket(name)
		if got := (place{account, region}); got != want || ok != (want != place{}) {
			t.Errorf("the bucket %s: %v, %v, want %v", name, got, ok, want)
		}
	}
	for name, want := range map[string]bool{
		"/cdk-bootstrap/hnb659fds/version": true, "/cdk-bootstrap/My_Own-1/version": true,
		"/cdk-bootstrap/longerthan10/version": false, "/cdk-bootstrap/hnb659fds/versions": false, "/cdk-bootstrap//version": false,
	} {
		if got := cdkbootstrap.IsVersion(name); got != want {
			t.Errorf("the parameter %s: %v, want %v", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"cdk-hnb659fds-deploy-role-123456789012-eu-west-1":          here.account,
		"cdk-hnb659fds-lookup-role-123456789012-eu-west-1":          here.account,
		"cdk-hnb659fds-file-publishing-role-123456789012-eu-west-1": here.account,
		"cdk-My_Own-image-publishing-role-123456789012-eu-west-1":   here.account,
		"cdk-hnb659fds-cfn-exec-role-123456789012-eu-west-1":        "",
		"deploy-role": "",
	} {
		if got, ok := cdkbootstrap.Role(name); got != want || ok != (want != "") {
			t.Errorf("the role %s: %q, %v, want %q", name, got, ok, want)
		}
	}
	arn := cdkbootstrap.DeployRole("aws-cn", here.account, "cn-north-1")
	if account, ok := cdkbootstrap.Role(arn[strings.LastIndex(arn, "/")+1:]); !ok || account != here.account || !strings.HasPrefix(arn, "arn:aws-cn:iam::123456789012:role/") {
		t.Errorf("the role with which is deployed: %s", arn)
	}
}
