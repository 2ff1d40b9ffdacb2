package ssm_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsssm "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/ssm"
)

func client(t *testing.T, region string) *awsssm.Client {
	t.Helper()
	config := awsapitest.SDK(awsapitest.Serve(t, awsapi.Config{JSON: []awsapi.JSONService{awsapitest.SSM(ssm.Parameters{})}}))
	config.Region = region
	return awsssm.NewFromConfig(config)
}

func TestTheBootstrapVersion(t *testing.T) {
	t.Parallel()
	for _, qualifier := range []string{"hnb659fds", "Mine_1"} {
		name := "/cdk-bootstrap/" + qualifier + "/version"
		got, err := client(t, "cn-north-1").GetParameter(t.Context(), &awsssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
		if err != nil {
			t.Fatal(err)
		}
		p := got.Parameter
		if *p.Value != ssm.BootstrapVersion || *p.Name != name || *p.ARN != "arn:aws-cn:ssm:cn-north-1:123456789012:parameter"+name || p.Type != "String" {
			t.Errorf("got %s, %s, %s, %s", *p.Value, *p.Name, *p.ARN, p.Type)
		}
	}
}

func TestNoOtherParameter(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"/cdk-bootstrap/hnb659fds/other": "ParameterNotFound", "/cdk-bootstrap//version": "ParameterNotFound", "/mine": "ParameterNotFound",
		"/cdk-bootstrap/a/b/version": "ParameterNotFound", "": "ValidationException",
	} {
		_, err := client(t, "us-east-1").GetParameter(t.Context(), &awsssm.GetParameterInput{Name: &name})
		if refused := smithy.APIError(nil); !errors.As(err, &refused) || refused.ErrorCode() != code {
			t.Errorf("%q: got %v, want %s", name, err, code)
		}
	}
	_, err := client(t, "us-east-1").DeleteParameter(t.Context(), &awsssm.DeleteParameterInput{Name: aws.String("/mine")})
	if refused := smithy.APIError(nil); !errors.As(err, &refused) || refused.ErrorCode() != "UnknownOperationException" {
		t.Errorf("another operation: %v", err)
	}
}

func TestAParameterNeedsItsAction(t *testing.T) {
	t.Parallel()
	permissions := &awsapitest.Permissions{}
	api := awsssm.NewFromConfig(awsapitest.SDK(awsapitest.Serve(t, awsapi.Config{JSON: []awsapi.JSONService{awsapitest.SSM(ssm.Parameters{})}, Authorizer: permissions})))
	for name, arn := range map[string]string{
		"/cdk-bootstrap/hnb659fds/version": "arn:aws:ssm:us-east-1:123456789012:parameter/cdk-bootstrap/hnb659fds/version",
		"mine":                             "arn:aws:ssm:us-east-1:123456789012:parameter/mine",
	} {
		_, err := api.GetParameter(t.Context(), &awsssm.GetParameterInput{Name: &name})
		asked := permissions.Take()
		if refused := smithy.APIError(nil); !errors.As(err, &refused) || refused.ErrorCode() != "AccessDeniedException" || len(asked) != 1 ||
			asked[0].Action != "ssm:GetParameter" || asked[0].Resource != arn {
			t.Errorf("%s: %v, asked for %+v", name, err, asked)
		}
	}
}
