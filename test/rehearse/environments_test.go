package rehearse

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"cognito-m2m/internal/m2mtest"
)

// The Region of the project's own environments.
const ownRegion = "ap-northeast-1"

// TestShippedSteps deploys the project's environments side by side, with the steps of the shipped
// workflows: deploy, verify, deploy again, look for drift, destroy.
func TestShippedSteps(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	t.Parallel()
	c := starts(t)
	for _, env := range []string{"dev", "staging", "prod"} {
		c.make(t, 0, "deploy", env, synthesized(t))
		c.m2m(t, 0, env, "verify", "--assembly", synthesized(t))
	}
	clients := ids(c.m2m(t, 0, "dev", "clients"))
	m2mtest.Contains(t, c.make(t, 0, "deploy", "dev", synthesized(t)), "no changes")
	m2mtest.Contains(t, c.cdk(t, 0, synthesized(t), "diff", "dev/*"), "Number of stacks with differences: 0")
	if again := ids(c.m2m(t, 0, "dev", "clients")); again != clients {
		t.Errorf("nothing was deployed, and the clients were\n%s\nand are\n%s", clients, again)
	}
	c.drifts(t)

	c.m2m(t, 0, "dev", "rotate", "reader", "--yes")
	c.m2m(t, 0, "dev", "verify", "--assembly", synthesized(t))
	c.make(t, 0, "destroy", "dev", synthesized(t))
	m2mtest.Contains(t, c.m2m(t, 1, "dev", "clients"), "dev does not run on this machine")
	m2mtest.Contains(t, c.make(t, 2, "destroy", "prod", synthesized(t)), "TerminationProtection is enabled")
	c.m2m(t, 0, "prod", "verify", "--assembly", synthesized(t))
}

// drifts changes an app client by hand and back, and has the workflow look for drift each time.
func (c *cli) drifts(t *testing.T) {
	t.Helper()
	c.make(t, 0, "drift", "dev", synthesized(t))
	if found := report(t, "dev"); found != "" {
		t.Errorf("nothing was changed by hand, and there is drift:\n%s", found)
	}
	c.scopes(t, "test-api/read", "test-api/write")
	c.make(t, 0, "drift", "dev", synthesized(t))
	m2mtest.Contains(t, report(t, "dev"), "ClientsReaderAppClient", "test-api/write")
	m2mtest.Contains(t, c.m2m(t, 1, "dev", "verify", "--assembly", synthesized(t)), "want a token with test-api/read")
	c.scopes(t, "test-api/read")
	c.make(t, 0, "drift", "dev", synthesized(t))
	if found := report(t, "dev"); found != "" {
		t.Errorf("the change was taken back, and there is drift:\n%s", found)
	}
}

// scopes gives the reader of dev scopes, by hand.
func (c *cli) scopes(t *testing.T, scopes ...string) {
	t.Helper()
	outputs, api := c.outputsOf(t, ownRegion, "m2m-dev-Api"), cognitoidentityprovider.NewFromConfig(c.sdk(ownRegion))
	pool, id := aws.String(outputs["UserPoolId"]), aws.String(outputs["ClientIdReader"])
	answer, err := api.DescribeUserPoolClient(t.Context(), &cognitoidentityprovider.DescribeUserPoolClientInput{UserPoolId: pool, ClientId: id})
	if err != nil {
		t.Fatal(err)
	}
	is := answer.UserPoolClient
	if _, err := api.UpdateUserPoolClient(t.Context(), &cognitoidentityprovider.UpdateUserPoolClientInput{
		UserPoolId: pool, ClientId: id, ClientName: is.ClientName, AllowedOAuthFlows: is.AllowedOAuthFlows,
		AllowedOAuthFlowsUserPoolClient: aws.ToBool(is.AllowedOAuthFlowsUserPoolClient), AllowedOAuthScopes: scopes,
		AccessTokenValidity: is.AccessTokenValidity, TokenValidityUnits: is.TokenValidityUnits,
		EnableTokenRevocation: is.EnableTokenRevocation, ExplicitAuthFlows: is.ExplicitAuthFlows, SupportedIdentityProviders: is.SupportedIdentityProviders,
		PreventUserExistenceErrors: is.PreventUserExistenceErrors,
	}); err != nil {
		t.Fatal(err)
	}
}

// TestFirstDeploymentFails goes through docs/runbooks/first-deployment.md.
func TestFirstDeploymentFails(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	t.Parallel()
	c := starts(t, "--fail", "AWS::Cognito::UserPoolDomain=Domain already exists.")
	said := c.make(t, 2, "deploy", "prod", synthesized(t))
	m2mtest.Contains(t, said, "Domain already exists.")
	const name = "m2m-prod-Identity"
	if status := c.statusOf(t, ownRegion, name); status != "ROLLBACK_COMPLETE" {
		t.Errorf("the stack is %s", status)
	}
	arn := c.arnOf(t, ownRegion, name)
	m2mtest.Contains(t, c.cdk(t, 1, synthesized(t), "deploy", "prod/*", "--require-approval", "never"), "TerminationProtection is enabled")
	c.make(t, 0, "deploy", "prod", synthesized(t))
	c.m2m(t, 0, "prod", "verify", "--assembly", synthesized(t))

	pool := c.skipped(t, ownRegion, arn)
	used := c.outputsOf(t, ownRegion, "m2m-prod-Api")["UserPoolId"]
	if !strings.HasPrefix(pool, ownRegion+"_") || pool == used {
		t.Errorf("the pool that stayed behind is %q, the one in use %q", pool, used)
	}
	c.deletePool(t, pool, used)
	c.m2m(t, 0, "prod", "verify", "--assembly", synthesized(t))
}

// deletePool is the last section of the runbook: the pool that stayed behind is found, is not the
// one in use, and is deleted.
func (c *cli) deletePool(t *testing.T, pool, used string) {
	t.Helper()
	api := cognitoidentityprovider.NewFromConfig(c.sdk(ownRegion))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	pools := func() (ids []string) {
		listed, err := api.ListUserPools(t.Context(), &cognitoidentityprovider.ListUserPoolsInput{MaxResults: aws.Int32(60)})
		must(err)
		for _, pool := range listed.UserPools {
			ids = append(ids, *pool.Id)
		}
		slices.Sort(ids)
		return ids
	}
	both := []string{pool, used}
	slices.Sort(both)
	if found := pools(); !slices.Equal(found, both) {
		t.Errorf("the pools are %q, want %q", found, both)
	}
	described, err := api.DescribeUserPool(t.Context(), &cognitoidentityprovider.DescribeUserPoolInput{UserPoolId: &pool})
	must(err)
	clients, err := api.ListUserPoolClients(t.Context(), &cognitoidentityprovider.ListUserPoolClientsInput{UserPoolId: &pool})
	must(err)
	if described.UserPool.Domain != nil || described.UserPool.CustomDomain != nil || len(clients.UserPoolClients) > 0 {
		t.Errorf("the pool that stayed behind: %+v, with %d clients", described.UserPool, len(clients.UserPoolClients))
	}
	remove := func(id string) error {
		_, err := api.DeleteUserPool(t.Context(), &cognitoidentityprovider.DeleteUserPoolInput{UserPoolId: &id})
		return err
	}
	if err := remove(pool); err == nil || !strings.Contains(err.Error(), "deletion protection is activated") {
		t.Errorf("a protected pool: %v", err)
	}
	_, err = api.UpdateUserPool(t.Context(), &cognitoidentityprovider.UpdateUserPoolInput{UserPoolId: &pool, DeletionProtection: types.DeletionProtectionTypeInactive})
	must(err)
	must(remove(pool))
	if found := pools(); !slices.Equal(found, []string{used}) {
		t.Errorf("after that the pools are %q, want %q", found, used)
	}
}

// TestRemovingAProtectedEnvironment is the last section of docs/changing-a-deployment.md.
func TestRemovingAProtectedEnvironment(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	t.Parallel()
	c := starts(t)
	protected, unprotected := withPrograms(t, editOf(t, "switch `identity.deletionProtection` on").To), withPrograms(t, "0")
	c.make(t, 0, "deploy", "dev", protected)
	m2mtest.Contains(t, c.cdk(t, 1, protected, "destroy", "--force", "dev/*"), "TerminationProtection is enabled")
	c.m2m(t, 0, "dev", "verify", "--assembly", protected)
	c.make(t, 0, "deploy", "dev", unprotected)
	c.make(t, 0, "destroy", "dev", unprotected)
	for _, stack := range stacks {
		if status := c.status(t, "m2m-dev-"+stack); status != "" {
			t.Errorf("%s is %s", stack, status)
		}
	}
}

// ids are the first two columns of what `m2m clients` prints.
func ids(table string) string {
	var columns strings.Builder
	for line := range strings.Lines(table) {
		if fields := strings.Fields(line); len(fields) > 1 {
			columns.WriteString(fields[0] + " " + fields[1] + "\n")
		}
	}
	return columns.String()
}
