// Package awsapitest serves AWS's own APIs to tests, under the names that they have on the wire,
// and has the configuration by which an AWS SDK calls them.
package awsapitest

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/requester"
)

// Region is the one that requests are signed for.
const Region = "us-east-1"

// Key is what requests are signed with.
var Key = awsapi.AccessKey{ID: "AKIDLOCAL", Secret: "the-secret-of-the-access-key"}

// AccountID is the account of Key.
const AccountID = "123456789012"

// Identity is whose Key is.
var Identity = requester.Requester{AccountID: AccountID, ARN: "arn:aws:iam::" + AccountID + ":user/test", UserID: "AIDATEST"}

// SecretsManager is Secrets Manager, answered by caller.
func SecretsManager(caller awsapi.JSONCaller) awsapi.JSONService {
	return awsapi.JSONService{TargetPrefix: "secretsmanager", SigningName: "secretsmanager", Caller: caller}
}

// Cognito is the API of user pools, answered by caller.
func Cognito(caller awsapi.JSONCaller) awsapi.JSONService {
	return awsapi.JSONService{TargetPrefix: "AWSCognitoIdentityProviderService", SigningName: "cognito-idp", Caller: caller}
}

// CloudFormation is CloudFormation, answered by caller.
func CloudFormation(caller awsapi.QueryCaller) awsapi.QueryService {
	return awsapi.QueryService{
		APIVersion: "2010-05-15", SigningName: "cloudformation", Namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/", Caller: caller,
	}
}

// STS is the Security Token Service, answered by caller.
func STS(caller awsapi.QueryCaller) awsapi.QueryService {
	return awsapi.QueryService{
		APIVersion: "2011-06-15", SigningName: "sts", Namespace: "https://sts.amazonaws.com/doc/2011-06-15/", Caller: caller,
	}
}

// SSM is Systems Manager, answered by caller.
func SSM(caller awsapi.JSONCaller) awsapi.JSONService {
	return awsapi.JSONService{TargetPrefix: "AmazonSSM", SigningName: "ssm", Caller: caller}
}

// S3 is S3, answered by caller.
func S3(caller awsapi.RESTCaller) awsapi.RESTService {
	return awsapi.RESTService{SigningName: "s3", Form: awsapi.S3, Caller: caller}
}

// Lambda is Lambda, answered by caller.
func Lambda(caller awsapi.RESTCaller) awsapi.RESTService {
	return awsapi.RESTService{SigningName: "lambda", Form: awsapi.RESTJSON, Caller: caller}
}

// Serve answers calls that are signed with Key until the test ends, and returns its URL.
func Serve(t testing.TB, config awsapi.Config) (url string) {
	t.Helper()
	config.AccessKey, config.Identity = Key, Identity
	handler, err := awsapi.New(config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// SDK has the clients of an AWS SDK call url, and try each call once.
func SDK(url string) aws.Config {
	return aws.Config{
		Region:       Region,
		BaseEndpoint: aws.String(url),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: Key.ID, SecretAccessKey: Key.Secret}, nil
		}),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}
}
