package rehearse

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"cognito-m2m/internal/m2mtest"
)

var long = flag.Bool("long", false, "make 1,000 updates in a row, and deploy 1,000 clients")

// polling is how long the CDK CLI waits before it looks at a stack again.
const polling = 5 * time.Second

// TestFigures prints how long a deployment takes, beside what it can be compared with.
func TestFigures(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	c := starts(t)
	assembly := withPrograms(t, "0")
	begun := time.Now()
	c.cdk(t, 0, assembly, "deploy", "dev/*", "--require-approval", "never")
	first, working := time.Since(begun), c.worked(t)

	begun = time.Now()
	synth := exec.CommandContext(t.Context(), "npx", "cdk", "synth", "--quiet", "--no-notices", "--output", filepath.Join(t.TempDir(), "cdk.out"))
	synth.Dir, synth.Env = root, c.environ(t)
	if said, err := synth.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	synthesis := time.Since(begun)

	before := c.look(t, declaredIn(t, editFolder("0")))
	accessToken, _ := token(before.at.TokenEndpoint, before.clients["reader"])
	set := c.changeSet(t, editOf(t, "change a route's path").To)
	begun = time.Now()
	if _, err := c.cloudFormation(region).ExecuteChangeSet(t.Context(), &cloudformation.ExecuteChangeSetInput{ChangeSetName: &set}); err != nil {
		t.Fatal(err)
	}
	m2mtest.Eventually(t, "the first changed answer", func() bool { return ask(before.at.APIURL, "GET /z", accessToken) == "200" })
	changed := time.Since(begun)
	c.ended(t, "m2m-dev-Api")
	t.Logf("the first cdk deploy takes %.2f of a cdk synth (%.1f s and %.1f s); %.1f s of it the run was deploying, the rest is the CDK CLI and its looking every %s",
		first.Seconds()/synthesis.Seconds(), first.Seconds(), synthesis.Seconds(), working.Seconds(), polling)
	t.Logf("from ExecuteChangeSet to the first changed answer: %.3f of the CDK CLI's polling interval (%d ms)", changed.Seconds()/polling.Seconds(), changed.Milliseconds())
}

// worked is how long both stacks were being created.
func (r *rehearsal) worked(t *testing.T) (total time.Duration) {
	t.Helper()
	for _, stack := range stacks {
		answer, err := r.cloudFormation(region).DescribeStackEvents(t.Context(), &cloudformation.DescribeStackEventsInput{StackName: aws.String("m2m-dev-" + stack)})
		if err != nil {
			t.Fatal(err)
		}
		last := answer.StackEvents[0].Timestamp
		for _, event := range answer.StackEvents { // the newest first
			if event.ResourceStatus == types.ResourceStatusCreateInProgress {
				if event.LogicalResourceId != nil && *event.LogicalResourceId == "m2m-dev-"+stack {
					total += last.Sub(*event.Timestamp)
				}
			}
		}
	}
	return total
}

// changeSet makes a change set of the Api stack.
func (r *rehearsal) changeSet(t *testing.T, folder string) (id string) {
	t.Helper()
	api := r.cloudFormation(region)
	made, err := api.CreateChangeSet(t.Context(), &cloudformation.CreateChangeSetInput{
		StackName: aws.String("m2m-dev-Api"), ChangeSetName: aws.String("figures"), ChangeSetType: types.ChangeSetTypeUpdate,
		TemplateURL:  aws.String(r.AWSEndpoint + "/" + bucket + "/" + r.upload(t, editFolder(folder), "Api")),
		Capabilities: []types.Capability{types.CapabilityCapabilityIam, types.CapabilityCapabilityNamedIam},
	})
	if err != nil {
		t.Fatal(err)
	}
	m2mtest.Eventually(t, "the change set", func() bool {
		set, err := api.DescribeChangeSet(t.Context(), &cloudformation.DescribeChangeSetInput{ChangeSetName: made.Id})
		if err != nil {
			t.Fatal(err)
		}
		return set.Status == types.ChangeSetStatusCreateComplete
	})
	return *made.Id
}

// TestManyUpdates makes updates in a row with callers: no call is lost, and what the run keeps in
// memory does not grow with them.
func TestManyUpdates(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	t.Parallel()
	count := 30
	if *long {
		count = 1000
	}
	r := start(t, t.TempDir())
	if failure := r.deploy(t, editFolder("0")); failure != "" {
		t.Fatal(failure)
	}
	known := declaredIn(t, editFolder("0"))
	before := r.look(t, known)
	calling := r.begin(t, known, before)
	var early int
	for i := range count {
		r.update(t, i)
		if i == count/10 {
			early = memory(t, r.Cmd.Process.Pid)
		}
	}
	late := memory(t, r.Cmd.Process.Pid)
	calling.again(t)
	lines, meanwhile := answers(calling.end())
	if lines = append(lines, noticed(before, r.look(t, known))...); len(lines)+len(meanwhile) > 0 {
		t.Errorf("callers noticed %q, and meanwhile got %q", lines, meanwhile)
	}
	calls := 0
	for _, heard := range calling.heard {
		calls += heard
	}
	t.Logf("%d updates and %d calls; memory %d MB after a tenth of the updates, %d MB after all", count, calls, early>>10, late>>10)
	if *long && late > early+early/2 {
		t.Errorf("memory grows from %d to %d KB", early, late)
	}
}

// update updates the Api stack: a route is replaced, and a client and the stage are changed.
func (r *rehearsal) update(t *testing.T, i int) {
	t.Helper()
	var template map[string]any
	if err := json.Unmarshal([]byte(m2mtest.Read(t, m2mtest.Only(t, filepath.Join(editFolder("0"), "assembly-dev", "devApi*.template.json")))), &template); err != nil {
		t.Fatal(err)
	}
	for _, value := range template["Resources"].(map[string]any) {
		resource := value.(map[string]any)
		switch properties, _ := resource["Properties"].(map[string]any); resource["Type"] {
		case "AWS::Cognito::UserPoolClient":
			properties["AccessTokenValidity"] = 10 + i%50
		case "AWS::ApiGatewayV2::Stage":
			properties["StageVariables"] = map[string]any{"update": strconv.Itoa(i)}
		}
	}
	text, err := json.Marshal(template)
	if err != nil {
		t.Fatal(err)
	}
	const name = "m2m-dev-Api"
	if _, err := r.cloudFormation(region).UpdateStack(t.Context(), &cloudformation.UpdateStackInput{
		StackName: aws.String(name), TemplateURL: aws.String(r.put(t, fmt.Sprintf("update-%d.json", i%2), text)),
		Capabilities: []types.Capability{types.CapabilityCapabilityIam, types.CapabilityCapabilityNamedIam},
	}); err != nil {
		t.Fatal(err)
	}
	if failure := r.ended(t, name); failure != "" {
		t.Fatalf("update %d: %s", i, failure)
	}
}

// memory is how much a process has resident, in KB.
func memory(t *testing.T, pid int) int {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("only Linux says how much memory a process has")
	}
	_, rest, _ := strings.Cut(string(raw), "VmRSS:")
	kb, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kb
}

// used is what a process has used until now.
func used(t *testing.T, pid int) string {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "says nothing of itself: only on Linux it does"
	}
	_, fields, _ := strings.Cut(string(stat), ") ")
	var ticks float64
	for _, field := range strings.Fields(fields)[11:13] { // user and system time
		number, _ := strconv.ParseFloat(field, 64)
		ticks += number
	}
	files, _ := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid))
	_, rest, _ := strings.Cut(string(files), "write_bytes: ")
	written, _ := strconv.ParseFloat(strings.Fields(rest + " 0")[0], 64)
	const ticksPerSecond = 100
	return fmt.Sprintf("has used %.0f processor s, written %.0f MB to the disk, and has %d MB of memory", ticks/ticksPerSecond, written/1e6, memory(t, pid)>>10)
}
