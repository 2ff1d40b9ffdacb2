package rehearse

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cognito-m2m/internal/m2mtest"
)

// The edits' environments are in this Region of the key's account.
const (
	region = "eu-west-1"
	bucket = "cdk-hnb659fds-assets-123456789012-" + region
)

// stacks are those of an environment, in the order in which they are deployed.
var stacks = []string{"Identity", "Api"}

// asset is a file of an assembly that is uploaded before a deployment.
type asset struct {
	DisplayName string `json:"displayName"`
	Source      struct {
		Path      string `json:"path"`
		Packaging string `json:"packaging"`
	} `json:"source"`
	Destinations map[string]struct {
		ObjectKey string `json:"objectKey"`
	} `json:"destinations"`
}

func (a asset) key() string {
	for _, destination := range a.Destinations {
		return destination.ObjectKey
	}
	return ""
}

// assets are those of a stack.
func assets(t *testing.T, dir, stack string) (all []asset) {
	t.Helper()
	var manifest struct {
		Files map[string]asset `json:"files"`
	}
	if err := json.Unmarshal([]byte(m2mtest.Read(t, m2mtest.Only(t, filepath.Join(dir, "assembly-dev", "dev"+stack+"*.assets.json")))), &manifest); err != nil {
		t.Fatal(err)
	}
	for _, file := range manifest.Files {
		all = append(all, file)
	}
	return all
}

// program is the folder with the bootstrap of an asset of the edits, which have none themselves.
// Every function of theirs but the rotation is lambda/echo.
func program(t *testing.T, a asset) string {
	t.Helper()
	dir, err := bootstraps()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(a.DisplayName, "/Rotate/") {
		return filepath.Join(dir, "rotate")
	}
	return filepath.Join(dir, "echo")
}

// upload uploads the assets of a stack, and returns the key of its template.
func (r *rehearsal) upload(t *testing.T, dir, stack string) (template string) {
	t.Helper()
	for _, a := range assets(t, dir, stack) {
		var content []byte
		if a.Source.Packaging == "zip" {
			content = zipped(t, program(t, a))
		} else {
			content, template = []byte(m2mtest.Read(t, filepath.Join(dir, "assembly-dev", a.Source.Path))), a.key()
		}
		r.put(t, a.key(), content)
	}
	return template
}

// put uploads an object, and returns its URL.
func (r *rehearsal) put(t *testing.T, key string, content []byte) (url string) {
	t.Helper()
	objects := s3.NewFromConfig(r.sdk(region), func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := objects.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: bytes.NewReader(content)}); err != nil {
		t.Fatal(err)
	}
	return r.AWSEndpoint + "/" + bucket + "/" + key
}

func zipped(t *testing.T, folder string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	writer := zip.NewWriter(&buffer)
	if err := writer.AddFS(os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// deploy deploys both stacks with change sets. It returns why the deployment failed, "" if it did
// not; no stack is deployed after one that fails.
func (r *rehearsal) deploy(t *testing.T, dir string) (failure string) {
	t.Helper()
	for _, stack := range stacks {
		if failure := r.deployStack(t, "m2m-dev-"+stack, r.upload(t, dir, stack)); failure != "" {
			return stack + ": " + failure
		}
	}
	return ""
}

func (r *rehearsal) deployStack(t *testing.T, name, templateKey string) (failure string) {
	t.Helper()
	api, kind := r.cloudFormation(region), types.ChangeSetTypeCreate
	if r.status(t, name) != "" {
		kind = types.ChangeSetTypeUpdate
	}
	made, err := api.CreateChangeSet(t.Context(), &cloudformation.CreateChangeSetInput{
		StackName: &name, ChangeSetName: aws.String(fmt.Sprintf("change-%d", time.Now().UnixNano())), ChangeSetType: kind,
		TemplateURL:  aws.String(r.AWSEndpoint + "/" + bucket + "/" + templateKey),
		Capabilities: []types.Capability{types.CapabilityCapabilityIam, types.CapabilityCapabilityNamedIam},
	})
	if err != nil {
		t.Fatal(err)
	}
	var set *cloudformation.DescribeChangeSetOutput
	m2mtest.Eventually(t, "the change set", func() bool {
		if set, err = api.DescribeChangeSet(t.Context(), &cloudformation.DescribeChangeSetInput{ChangeSetName: made.Id}); err != nil {
			t.Fatal(err)
		}
		return set.Status == types.ChangeSetStatusCreateComplete || set.Status == types.ChangeSetStatusFailed
	})
	if set.Status == types.ChangeSetStatusFailed {
		if reason := aws.ToString(set.StatusReason); !strings.Contains(reason, "didn't contain changes") && !strings.Contains(reason, "No updates are to be performed") {
			return reason
		}
		return ""
	}
	if _, err := api.ExecuteChangeSet(t.Context(), &cloudformation.ExecuteChangeSetInput{ChangeSetName: made.Id}); err != nil {
		t.Fatal(err)
	}
	return r.ended(t, name)
}

// ended waits for the end of what a stack is being done, and returns why it failed, or "".
func (r *rehearsal) ended(t *testing.T, name string) (failure string) {
	t.Helper()
	var status string
	m2mtest.Eventually(t, "the end of "+name, func() bool {
		status = r.status(t, name)
		return !strings.HasSuffix(status, "_IN_PROGRESS")
	})
	switch status {
	case "CREATE_COMPLETE", "UPDATE_COMPLETE", "":
		return ""
	}
	events, err := r.cloudFormation(region).DescribeStackEvents(t.Context(), &cloudformation.DescribeStackEventsInput{StackName: &name})
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range events.StackEvents { // the newest first
		if s := string(event.ResourceStatus); strings.HasSuffix(s, "_FAILED") && !strings.Contains(aws.ToString(event.ResourceStatusReason), "cancelled") {
			failure = aws.ToString(event.LogicalResourceId) + ": " + aws.ToString(event.ResourceStatusReason)
		}
		if s := string(event.ResourceStatus); aws.ToString(event.ResourceType) == "AWS::CloudFormation::Stack" && (s == "UPDATE_IN_PROGRESS" || s == "CREATE_IN_PROGRESS") {
			break
		}
	}
	return status + ", " + failure
}

// status is a stack's, "" for one that is not there.
func (r *rehearsal) status(t *testing.T, name string) string {
	t.Helper()
	return r.statusOf(t, region, name)
}

func (r *rehearsal) statusOf(t *testing.T, region, name string) string {
	t.Helper()
	answer, err := r.cloudFormation(region).DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil && strings.Contains(err.Error(), "does not exist") {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(answer.Stacks[0].StackStatus)
}

func (r *rehearsal) arnOf(t *testing.T, region, name string) string {
	t.Helper()
	answer, err := r.cloudFormation(region).DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return *answer.Stacks[0].StackId
}

// outputs are those of both stacks.
func (r *rehearsal) outputs(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, stack := range stacks {
		maps.Copy(found, r.outputsOf(t, region, "m2m-dev-"+stack))
	}
	return found
}

func (r *rehearsal) outputsOf(t *testing.T, region, name string) map[string]string {
	t.Helper()
	answer, err := r.cloudFormation(region).DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, output := range answer.Stacks[0].Outputs {
		found[*output.OutputKey] = *output.OutputValue
	}
	return found
}

// skipped is the user pool that the deletion of a stack has left behind, as the runbook finds it.
func (r *rehearsal) skipped(t *testing.T, region, arn string) (id string) {
	t.Helper()
	answer, err := r.cloudFormation(region).DescribeStackEvents(t.Context(), &cloudformation.DescribeStackEventsInput{StackName: &arn})
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range answer.StackEvents {
		if event.ResourceStatus == types.ResourceStatusDeleteSkipped {
			return aws.ToString(event.PhysicalResourceId)
		}
	}
	return ""
}
