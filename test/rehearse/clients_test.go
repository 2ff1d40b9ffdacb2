package rehearse

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// TestAWSCLI: `aws cloudformation deploy` deploys, changes, and says that nothing has changed.
func TestAWSCLI(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	t.Parallel()
	aws, err := exec.LookPath("aws")
	if err != nil {
		t.Skip("there is no aws")
	}
	c := starts(t)
	deploy := func(edit, stack string) string {
		c.upload(t, editFolder(edit), stack)
		template := m2mtest.Only(t, filepath.Join(editFolder(edit), "assembly-dev", "dev"+stack+"*.template.json"))
		absolute, err := filepath.Abs(template)
		if err != nil {
			t.Fatal(err)
		}
		return c.program(t, 0, aws, "cloudformation", "deploy", "--region", region, "--stack-name", "m2m-dev-"+stack, "--template-file", absolute,
			"--s3-bucket", bucket, "--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "--no-fail-on-empty-changeset")
	}
	for _, stack := range stacks {
		deploy("0", stack)
	}
	clients := ids(c.m2m(t, 0, "dev", "clients"))
	deploy(editOf(t, "add a route").To, "Api")
	m2mtest.Contains(t, deploy(editOf(t, "add a route").To, "Api"), "No changes to deploy")
	c.m2m(t, 0, "dev", "call", "reader", "GET", "/c")
	if again := ids(c.m2m(t, 0, "dev", "clients")); again != clients {
		t.Errorf("the clients were\n%s\nand are\n%s", clients, again)
	}
}

// boto deploys a stack with boto3's waiters and prints its status, and then deletes it.
const boto = `
import boto3, sys
endpoint, bucket, template, stack, region = sys.argv[1:]
api = boto3.client('cloudformation', endpoint_url=endpoint, region_name=region)
boto3.client('s3', endpoint_url=endpoint, region_name=region).upload_file(template, bucket, 'boto.json')
api.create_stack(StackName=stack, TemplateURL=f'{endpoint}/{bucket}/boto.json', Capabilities=['CAPABILITY_IAM'])
api.get_waiter('stack_create_complete').wait(StackName=stack, WaiterConfig={'Delay': 1})
print(api.describe_stacks(StackName=stack)['Stacks'][0]['StackStatus'])
print(len(list(api.get_paginator('describe_stack_events').paginate(StackName=stack))) > 0)
api.delete_stack(StackName=stack)
api.get_waiter('stack_delete_complete').wait(StackName=stack, WaiterConfig={'Delay': 1})
print('deleted')
`

// TestBoto3: another client, with its own way to wait.
func TestBoto3(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	t.Parallel()
	python, err := filepath.Abs(filepath.Join(root, ".build", "judge", "venv", "bin", "python"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(python); err != nil {
		t.Skip("boto3 is not installed: make judge does it")
	}
	c := starts(t)
	template, err := filepath.Abs(m2mtest.Only(t, filepath.Join(editFolder("0"), "assembly-dev", "devIdentity*.template.json")))
	if err != nil {
		t.Fatal(err)
	}
	said := c.program(t, 0, python, "-c", boto, c.AWSEndpoint, bucket, template, "m2m-dev-Identity", region)
	if got := strings.Fields(said); strings.Join(got, " ") != "CREATE_COMPLETE True deleted" {
		t.Errorf("got %q", said)
	}
}
