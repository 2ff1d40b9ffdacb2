package rehearse

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"cognito-m2m/internal/m2mtest"
)

// TestDiffTellsOfAMove: who moves a client into a group, or out of one, is told that it gets
// another id and another secret.
func TestDiffTellsOfAMove(t *testing.T) {
	needsCLI(t)
	t.Parallel()
	binary, err := m2m()
	if err != nil {
		t.Fatal(err)
	}
	for name, move := range map[string]string{
		"move a client into a group":                              "moves from stack Api to stack Clients-jobs, which replaces it",
		"move a client from a group, to another or out of groups": "moves from stack Clients-jobs to stack Api, which replaces it",
	} {
		e := editOf(t, name)
		stdout, stderr, status := m2mtest.Ends(t, m2mtest.Command(binary, scratch, "diff", absolute(t, editFolder(e.From)), absolute(t, editFolder(e.To))))
		m2mtest.Contains(t, stdout, move)
		if status != 3 {
			t.Errorf("%s: m2m diff ends with exit status %d, want 3\n%s", name, status, stderr)
		}
	}
}

// TestDeletingAGroupsFile is what the page says of it: CDK leaves the stack, whose clients still
// work, and CloudFormation removes it.
func TestDeletingAGroupsFile(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	t.Parallel()
	c, e := starts(t), editOf(t, "add a group")
	without, with := withPrograms(t, e.From), withPrograms(t, e.To)
	c.make(t, 0, "deploy", "dev", with)
	at, _ := c.reached(t, "dev")
	nightly, _ := c.secretOf(t, "nightly")
	c.make(t, 0, "deploy", "dev", without)
	accessToken, said := token(at.TokenEndpoint, nightly)
	if got := asked(t, at.APIURL, "POST /b", accessToken); got != "200" {
		t.Errorf("without its file, the group's client gets %s, and then %s", said, got)
	}

	const stack = "m2m-dev-Clients-jobs"
	if _, err := c.cloudFormation(region).DeleteStack(t.Context(), &cloudformation.DeleteStackInput{StackName: aws.String(stack)}); err != nil {
		t.Fatal(err)
	}
	if failure := c.ended(t, stack); failure != "" {
		t.Error(failure)
	}
	if _, said := token(at.TokenEndpoint, nightly); said != "400 invalid_client" {
		t.Errorf("without its stack, the group's client gets %s", said)
	}
	if got := asked(t, at.APIURL, "POST /b", accessToken); got != "200" {
		t.Errorf("without its stack, the token in use is answered %s", got)
	}
	c.m2m(t, 0, "dev", "verify", "--assembly", without)
}
