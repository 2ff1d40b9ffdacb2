package rehearse

import (
	"strings"
	"testing"
)

// TestGrowing: an environment grows from 50 clients to 120, with a function authorizer, and then to
// 200, with groups. The stock CLI deploys each step, after the diff of the pull request. Nobody
// gets another id or secret, and callers notice nothing.
func TestGrowing(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	t.Parallel()
	const function = "  authorizer: function\n"
	c := starts(t)
	p := c.project(t, map[string]string{"dev.yaml": withPartners(49, "")})
	p.write(t, map[string]string{"dev.yaml": withPartners(119, function)})
	comment, first, second := p.diff(t)
	c.make(t, 0, "deploy", "dev", first)
	p.grow(t, comment, first, second)

	p.commit(t)
	p.write(t, map[string]string{
		"dev.yaml": withPartners(119, function), "dev/partners-eu.yaml": partners(119, 159), "dev/partners-us.yaml": partners(159, 199),
	})
	comment, second, third := p.diff(t)
	p.grow(t, comment, second, third)
	c.m2m(t, 0, "dev", "clients", "--limit", "5")
}

// grow deploys an assembly that only adds clients, or exchanges the authorizer, while callers call.
func (p *project) grow(t *testing.T, comment, from, to string) {
	t.Helper()
	before, after := declaredIn(t, from), declaredIn(t, to)
	says := predicted(t, from, to)
	for id, change := range says {
		if change == "replaced" || change == "removed" && !strings.Contains(id, " HttpApiJwt") {
			t.Errorf("m2m diff says that %s is %s", id, change)
		}
	}
	if strings.Contains(comment, "replace") {
		t.Errorf("the comment says that something is replaced:\n%s", comment)
	}
	was, ids := p.look(t, before), p.physicalIDs(t)
	some := declared{clients: []string{before.clients[0], before.clients[len(before.clients)/2], "writer"}, routes: before.routes}
	calling := p.begin(t, some, was)
	p.make(t, 0, "deploy", "dev", to)
	p.asDiffSays(t, says, ids)
	is := p.look(t, before)
	calling.again(t)
	lines, meanwhile := answers(calling.end())
	if lines = append(lines, noticed(was, is)...); len(lines)+len(meanwhile) > 0 {
		t.Errorf("callers notice %q, and meanwhile %q", lines, meanwhile)
	}
	if len(was.clients) != len(before.clients) || len(is.clients) != len(before.clients) {
		t.Errorf("%d clients, of which %d had credentials and %d have", len(before.clients), len(was.clients), len(is.clients))
	}
	t.Logf("%d clients become %d, and keep %d ids and secrets", len(before.clients), len(after.clients), len(is.clients))
	for i := len(before.clients); i < len(after.clients); i += 7 {
		p.opens(t, is.at, partner(i-1))
	}
}
