package page

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// stack is a template with one resource.
const stack = `{"Resources": {"Pool": {"Type": "AWS::Cognito::UserPool", "Properties": {}}}}`

// deploy makes a stack in a rehearsal.
func deploy(t *testing.T, run *process) {
	t.Helper()
	var at struct {
		Endpoint string `json:"aws_endpoint_url"`
		KeyID    string `json:"aws_access_key_id"`
		Secret   string `json:"aws_secret_access_key"`
		Region   string `json:"region"`
	}
	if err := json.Unmarshal(run.Description, &at); err != nil {
		t.Fatal(err)
	}
	stacks := cloudformation.NewFromConfig(aws.Config{
		Region: at.Region, BaseEndpoint: &at.Endpoint, Credentials: credentials.NewStaticCredentialsProvider(at.KeyID, at.Secret, ""),
	})
	if _, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: aws.String("page-test"), TemplateBody: aws.String(stack)}); err != nil {
		t.Fatal(err)
	}
}

// axe is the engine that looks for what is inaccessible, where `make page` puts it.
const axe = root + "/.build/page/node_modules/axe-core/axe.min.js"
