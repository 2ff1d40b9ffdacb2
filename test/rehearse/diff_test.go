package rehearse

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"cognito-m2m/internal/m2mtest"
)

// physicalIDs are those of an environment's resources, by stack and logical id.
func (r *rehearsal) physicalIDs(t *testing.T) map[string]string {
	t.Helper()
	ids := map[string]string{}
	for _, name := range r.deployed(t) {
		answer, err := r.cloudFormation(region).ListStackResources(t.Context(), &cloudformation.ListStackResourcesInput{StackName: &name})
		if err != nil {
			t.Fatal(err)
		}
		for _, resource := range answer.StackResourceSummaries {
			ids[name+" "+aws.ToString(resource.LogicalResourceId)] = aws.ToString(resource.PhysicalResourceId)
		}
	}
	return ids
}

// predicted is what `m2m diff` says of the resources of two assemblies, by stack and logical id:
// added, removed, changed or replaced.
func predicted(t *testing.T, from, to string) map[string]string {
	t.Helper()
	binary, err := m2m()
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr, status := m2mtest.Ends(t, m2mtest.Command(binary, scratch, "diff", absolute(t, from), absolute(t, to), "--json", "--exit-zero"))
	var report struct {
		Environments []struct {
			Stacks []struct {
				Name      string `json:"name"`
				Resources []struct {
					LogicalID    string `json:"logicalId"`
					WasLogicalID string `json:"wasLogicalId"`
					Change       string `json:"change"`
				} `json:"resources"`
			} `json:"stacks"`
		} `json:"environments"`
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || status != 0 {
		t.Fatalf("%v, exit status %d\n%s%s", err, status, stdout, stderr)
	}
	says := map[string]string{}
	for _, environment := range report.Environments {
		for _, stack := range environment.Stacks {
			for _, resource := range stack.Resources {
				says[stack.Name+" "+resource.LogicalID] = resource.Change
				if resource.WasLogicalID != "" {
					says[stack.Name+" "+resource.LogicalID], says[stack.Name+" "+resource.WasLogicalID] = "added", "removed"
				}
			}
		}
	}
	return says
}

// asDiffSays holds what became of each resource against what `m2m diff` said: nothing, after a
// failure. The names of AWS::CDK::Metadata and the like are of no use to anyone.
func (r *rehearsal) asDiffSays(t *testing.T, says, before map[string]string) {
	t.Helper()
	after := r.physicalIDs(t)
	all := slices.Sorted(maps.Keys(before))
	for id := range after {
		if _, there := before[id]; !there {
			all = append(all, id)
		}
	}
	for _, id := range all {
		was, had := before[id]
		is, has := after[id]
		became := ""
		switch {
		case !had:
			became = "added"
		case !has:
			became = "removed"
		case was != is:
			became = "replaced"
		}
		said := strings.ReplaceAll(says[id], "changed", "")
		if became != said {
			t.Errorf("%s is %q (%s → %s), and m2m diff says %q", id, became, was, is, says[id])
		}
		delete(says, id)
	}
	for id, change := range says {
		t.Errorf("m2m diff says that %s is %s, and there is no such resource", id, change)
	}
}
