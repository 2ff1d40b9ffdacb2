package cloudformation_test

import (
	"testing"
	"time"

	awscloudformation "github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/cloudformation"
)

// start is when the stacks were created.
var start = time.Date(2026, time.November, 22, 10, 30, 0, 0, time.UTC)

const (
	apiStackID   = "arn:aws:cloudformation:us-east-1:123456789012:stack/dev-api/0a1b"
	otherStackID = "arn:aws:cloudformation:us-east-1:123456789012:stack/dev-identity/2c3d"
)

// stacks are two, the second with what a stack has to have.
func stacks() []cloudformation.Stack {
	return []cloudformation.Stack{
		{
			Name: "dev-api", ID: apiStackID, Description: "An <API> & more", CreatedAt: start,
			Outputs: []cloudformation.Output{
				{Key: "ApiUrl", Value: "http://127.0.0.1:4000", Description: "Where the API is"},
				{Key: "Names", Value: "<a>&\"b\"", ExportName: "dev-names"},
			},
			Tags:                  map[string]string{"project": "m2m", "env": "dev"},
			TerminationProtection: true,
		},
		{Name: "dev-identity", ID: otherStackID, CreatedAt: start},
	}
}

// serve is the SDK's client of an API that has the stacks.
func serve(t testing.TB, stacks ...cloudformation.Stack) *awscloudformation.Client {
	t.Helper()
	caller, err := cloudformation.New(stacks)
	if err != nil {
		t.Fatal(err)
	}
	url := awsapitest.Serve(t, awsapi.Config{Query: []awsapi.QueryService{awsapitest.CloudFormation(caller)}})
	return awscloudformation.NewFromConfig(awsapitest.SDK(url))
}
