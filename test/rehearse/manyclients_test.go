package rehearse

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/m2mtest"
)

const groups = 8

// groupOf is the name of a group.
func groupOf(number int) string { return fmt.Sprintf("group-%d", number) }

// manyClients are the files of an environment of so many clients: nine of them, and the writer, are
// in no group. A client's group is the remainder of its number.
func manyClients(count int) map[string]string {
	const alone = 9
	files := map[string]string{"dev.yaml": withPartners(alone, "  authorizer: {function: {ttl: 1}}\n")}
	for number := alone; number < count-1; number++ {
		name := "dev/" + groupOf(number%groups) + ".yaml"
		_, clients, _ := strings.Cut(partners(number, number+1), "\n")
		if files[name] == "" {
			files[name] = "clients:\n"
		}
		files[name] += clients
	}
	return files
}

// TestManyClients: an environment of many clients in eight groups is deployed by the stock CLI,
// with the steps of the workflow. Its clients call, one is refused and let in again, one is
// rotated, and one group is removed.
func TestManyClients(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	t.Parallel()
	count := 200
	if *long {
		count = 1000
	}
	c := starts(t)
	p := c.project(t, manyClients(count))
	p.programIn(t, 0, p.dir, nil, "npx", "cdk", "synth", "--quiet", "--no-notices", "--strict")
	assembly := filepath.Join(p.dir, "cdk.out")
	if known := declaredIn(t, assembly); len(known.clients) != count || len(stacksIn(t, assembly)) != len(stacks)+groups {
		t.Fatalf("%d clients, and the stacks %q", len(known.clients), stacksIn(t, assembly))
	}
	begun := time.Now()
	c.make(t, 0, "deploy", "dev", assembly)
	t.Logf("%d clients in %d groups are deployed in %.0f s; the run %s", count, groups, time.Since(begun).Seconds(), used(t, c.Cmd.Process.Pid))
	at, _ := c.reached(t, "dev")
	for i := range 20 {
		c.opens(t, at, partner(i*(count-1)/20))
	}
	c.rotates(t, at, partner(count/2))
	gone, inUse := c.removes(t, at, assembly)
	c.refuses(t, at, gone, inUse)
	t.Logf("in the end the run %s", used(t, c.Cmd.Process.Pid))
}

// rotates has a client's secret rotated. Both secrets work then.
func (c *cli) rotates(t *testing.T, at environment, client string) {
	t.Helper()
	previous, _ := c.secretOf(t, client)
	c.m2m(t, 0, "dev", "rotate", client, "--yes")
	current, _ := c.secretOf(t, client)
	if current.ID != previous.ID || current.Secret == previous.Secret {
		t.Errorf("after its rotation %s has another id, or the same secret", client)
	}
	c.opens(t, at, client)
	if _, said := token(at.TokenEndpoint, previous); said != "test-api/read" {
		t.Errorf("with its previous secret %s gets %s", client, said)
	}
}

// removes has the CDK CLI remove a group. Its clients get no tokens any more, those of all other
// groups do. It returns the id of one that is gone, and a token that it has in use.
func (c *cli) removes(t *testing.T, at environment, assembly string) (id, inUse string) {
	t.Helper()
	const group = 3
	member := func(group int) string { return partner(groups*2 + group) }
	was, _ := c.secretOf(t, member(group))
	inUse, said := token(at.TokenEndpoint, was)
	if inUse == "" {
		t.Fatalf("%s gets %s", member(group), said)
	}
	c.cdk(t, 0, assembly, "destroy", "--force", "dev/Clients-"+groupOf(group))
	for other := range groups {
		if other != group {
			c.opens(t, at, member(other))
		}
	}
	if _, said := token(at.TokenEndpoint, was); said != "400 invalid_client" {
		t.Errorf("without its group %s gets %s", member(group), said)
	}
	if _, there := c.secretOf(t, member(group)); there {
		t.Errorf("without its group %s has a secret", member(group))
	}
	if got := asked(t, at.APIURL, "GET /a", inUse); got != "200" {
		t.Errorf("without its group the token in use of %s is answered %s", member(group), got)
	}
	return was.ID, inUse
}

// refuses has the API refuse a client that is there, and one that is gone, with their tokens in
// use. The one that is there still gets tokens, and is let in again. No other is refused meanwhile.
func (c *cli) refuses(t *testing.T, at environment, gone, inUse string) {
	t.Helper()
	name, other := partner(groups*3), partner(groups*3+1)
	credentials, _ := c.secretOf(t, name)
	accessToken, _ := token(at.TokenEndpoint, credentials)
	m2mtest.Contains(t, c.m2m(t, 0, "dev", "clients", "--refuse", name), "It can still get tokens")
	c.m2m(t, 0, "dev", "clients", "--refuse", gone)
	m2mtest.Eventually(t, "both to be refused", func() bool {
		return ask(at.APIURL, "GET /a", accessToken) == "403" && ask(at.APIURL, "GET /a", inUse) == "403"
	})
	again, said := token(at.TokenEndpoint, credentials)
	if got := asked(t, at.APIURL, "GET /a", again); said != "test-api/read" || got != "403" {
		t.Errorf("refused, %s gets %s, and then %s", name, said, got)
	}
	c.opens(t, at, other)
	c.m2m(t, 0, "dev", "clients", "--allow", name)
	m2mtest.Eventually(t, name+" to be let in again", func() bool { return ask(at.APIURL, "GET /a", accessToken) == "200" })
	if got := asked(t, at.APIURL, "GET /a", inUse); got != "403" {
		t.Errorf("the client that is gone is answered %s", got)
	}
}
