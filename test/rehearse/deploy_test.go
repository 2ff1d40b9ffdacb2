package rehearse

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/naming"
)

// The edits' environments are in this Region of the key's account.
const (
	region = "eu-west-1"
	bucket = "cdk-hnb659fds-assets-123456789012-" + region
)

// stacks are those of an environment without groups, in the order in which they are deployed.
var stacks = []string{"Identity", "Api"}

// stacksIn are those of an assembly, in the order in which they are deployed: groups come last.
func stacksIn(t *testing.T, dir string) []string {
	t.Helper()
	var manifest struct {
		Artifacts map[string]struct {
			Properties struct {
				StackName string `json:"stackName"`
			} `json:"properties"`
		} `json:"artifacts"`
	}
	if err := json.Unmarshal([]byte(m2mtest.Read(t, filepath.Join(dir, "assembly-dev", "manifest.json"))), &manifest); err != nil {
		t.Fatal(err)
	}
	var groups []string
	for _, artifact := range manifest.Artifacts {
		if _, name, ok := naming.ParseStack(artifact.Properties.StackName); ok && !slices.Contains(stacks, name) {
			groups = append(groups, name)
		}
	}
	slices.Sort(groups)
	return append(slices.Clone(stacks), groups...)
}

// fileOf is the file of a stack in an assembly that ends so.
func fileOf(t *testing.T, dir, stack, end string) string {
	t.Helper()
	return m2mtest.Only(t, filepath.Join(dir, "assembly-dev", "dev"+strings.ReplaceAll(stack, "-", "")+"????????"+end))
}

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
	if err := json.Unmarshal([]byte(m2mtest.Read(t, fileOf(t, dir, stack, ".assets.json"))), &manifest); err != nil {
		t.Fatal(err)
	}
	for _, file := range manifest.Files {
		all = append(all, file)
	}
	return all
}

// program is the folder with the bootstrap of an asset of the edits, which have none themselves.
// Every function of theirs but the rotation and the authorizer is lambda/echo.
func program(t *testing.T, a asset) string {
	t.Helper()
	dir, err := bootstraps()
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case strings.Contains(a.DisplayName, "/Rotate/"):
		return filepath.Join(dir, "rotate")
	case a.authorizes():
		return filepath.Join(dir, "authorize")
	}
	return filepath.Join(dir, "echo")
}

// authorizes says that it is the authorizer's function.
func (a asset) authorizes() bool { return strings.Contains(a.DisplayName, "/Authorize/") }

// upload uploads the assets of a stack, and returns the key of its template. The authorizer's
// function has the routes' scopes beside it, and so another key for other scopes.
func (r *rehearsal) upload(t *testing.T, dir, stack string) (template string) {
	t.Helper()
	file := fileOf(t, dir, stack, ".template.json")
	text := m2mtest.Read(t, file)
	for _, a := range assets(t, dir, stack) {
		switch {
		case a.Source.Packaging != "zip":
			template = a.key()
		case a.authorizes():
			scopes := scopesIn(t, text)
			key := fmt.Sprintf("%x.zip", sha256.Sum256(append([]byte(a.key()), scopes...)))
			text = strings.ReplaceAll(text, a.key(), key)
			r.put(t, key, zipped(t, program(t, a), scopes))
		default:
			r.put(t, a.key(), zipped(t, program(t, a), nil))
		}
	}
	r.put(t, template, []byte(text))
	return template
}

// scopesIn is the authorizer's file for the routes of a template, which have their scopes as
// metadata.
func scopesIn(t *testing.T, template string) (file []byte) {
	t.Helper()
	var read struct {
		Resources map[string]struct {
			Properties struct{ RouteKey string }
			Metadata   map[string]any
		}
	}
	if err := json.Unmarshal([]byte(template), &read); err != nil {
		t.Fatal(err)
	}
	scopes := map[string]any{}
	for _, resource := range read.Resources {
		if of := resource.Metadata[naming.ScopesMetadata]; of != nil {
			scopes[resource.Properties.RouteKey] = of
		}
	}
	file, err := json.Marshal(scopes)
	if err != nil {
		t.Fatal(err)
	}
	return file
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

// zipped is an archive of a folder, with the file of scopes if there is one.
func zipped(t *testing.T, folder string, scopes []byte) []byte {
	t.Helper()
	var buffer bytes.Buffer
	writer := zip.NewWriter(&buffer)
	if err := writer.AddFS(os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	if scopes != nil {
		file, err := writer.Create(naming.ScopesFile)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Write(scopes); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// deploy deploys all stacks with change sets. It returns why the deployment failed, "" if it did
// not; no stack is deployed after one that fails.
func (r *rehearsal) deploy(t *testing.T, dir string) (failure string) {
	t.Helper()
	for _, stack := range stacksIn(t, dir) {
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
		if s := string(event.ResourceStatus); failure == "" && strings.HasSuffix(s, "ROLLBACK_IN_PROGRESS") { // no resource failed
			failure = aws.ToString(event.ResourceStatusReason)
		}
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

// outputs are those of all stacks.
func (r *rehearsal) outputs(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, name := range r.deployed(t) {
		maps.Copy(found, r.outputsOf(t, region, name))
	}
	return found
}

// deployed are the names of the environment's stacks that are there.
func (r *rehearsal) deployed(t *testing.T) (names []string) {
	t.Helper()
	pages := cloudformation.NewDescribeStacksPaginator(r.cloudFormation(region), &cloudformation.DescribeStacksInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, stack := range page.Stacks {
			if env, _, ok := naming.ParseStack(*stack.StackName); ok && env == "dev" {
				names = append(names, *stack.StackName)
			}
		}
	}
	return names
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
