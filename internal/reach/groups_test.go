package reach_test

import (
	"fmt"
	"slices"
	"testing"

	"cognito-m2m/internal/reach"
	"cognito-m2m/internal/reach/reachtest"
)

// beginGroups starts an environment of 1,000 clients, 998 of them in 8 groups.
func beginGroups(t *testing.T) *reachtest.Run {
	t.Helper()
	groups := map[string][]string{}
	for i := range 998 {
		group := fmt.Sprintf("partners-%d", i%8)
		groups[group] = append(groups[group], fmt.Sprintf("client-%d", i))
	}
	run, err := reachtest.StartGroups(t.TempDir(), groups)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := run.Close(); err != nil {
			t.Error(err)
		}
	})
	return run
}

// stateOf is how far a client is in a list, "" if it is not there.
func stateOf(clients []reach.Client, name string) reach.State {
	for _, c := range clients {
		if c.Name == name {
			return c.State
		}
	}
	return ""
}

// TestClientsOfGroups finds 1,000 clients, and one of them whose secret is gone: only the stack of
// its group tells of that one.
func TestClientsOfGroups(t *testing.T) {
	t.Parallel()
	run := beginGroups(t)
	run.Rotator.Hold()
	for _, of := range []*reach.Target{localTarget(t, run), deployedTarget(run, "dev")} {
		ids, err := of.ClientIDs(t.Context())
		if err != nil || len(ids) != 1000 || ids["client-997"] != run.ClientIDs["client-997"] {
			t.Errorf("%s: %d ids, client-997 has %q, error %v", of, len(ids), ids["client-997"], err)
		}
		one, err := of.Client(t.Context(), "client-997")
		if err != nil || one.ID != run.ClientIDs["client-997"] {
			t.Errorf("%s: client-997 is %+v, error %v", of, one, err)
		}
	}
	run.Lose("client-500")
	there := deployedTarget(run, "dev")
	clients, _, err := there.Clients(t.Context(), nil)
	if err != nil || len(clients) != 1000 {
		t.Fatalf("%d clients, error %v", len(clients), err)
	}
	if !slices.IsSortedFunc(clients, func(a, b reach.Client) int { return slices.Compare([]byte(a.Name), []byte(b.Name)) }) {
		t.Error("the clients are not sorted by name")
	}
	if got := stateOf(clients, "client-500"); got != reach.SecretGone {
		t.Errorf("client-500 is %q", got)
	}
}

// TestChosenClients asks Cognito about no other.
func TestChosenClients(t *testing.T) {
	t.Parallel()
	run := beginGroups(t)
	run.Rotator.Hold()
	run.Lose("client-500")
	for _, name := range []string{"client-7", "client-500"} {
		clients, _, err := deployedTarget(run, "dev").Clients(t.Context(), func(names []string) []string {
			if len(names) != 1000 {
				t.Errorf("%d to choose from", len(names))
			}
			return []string{name}
		})
		if err != nil || len(clients) != 1 || clients[0].Name != name || clients[0].ID != run.ClientIDs[name] {
			t.Errorf("%s: got %+v, error %v", name, clients, err)
		}
	}
}

// TestListStacksDenied: who may not list stacks is told, unless the environment has no groups. With
// a JWT authorizer it can have none, and the stacks are not even asked for.
func TestListStacksDenied(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		groups       map[string][]string
		asked, needs bool
	}{
		{nil, false, false},
		{map[string][]string{}, true, false}, // a function authorizer, and no groups
		{map[string][]string{"jobs": {"nightly"}}, true, true},
	} {
		run, err := reachtest.StartGroups(t.TempDir(), c.groups)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = run.Close() })
		run.Deny("ListStacks", "AccessDenied", "no")
		_, _, err = deployedTarget(run, "dev").Clients(t.Context(), nil)
		if c.needs {
			wantProblem(t, err, reach.AccessDenied)
		} else if err != nil {
			t.Errorf("groups %v: %v", c.groups, err)
		}
		run.Deny("ListStacks", "ValidationError", "not now")
		if _, _, err = deployedTarget(run, "dev").Clients(t.Context(), nil); (err != nil) != c.asked {
			t.Errorf("groups %v, when stacks can't be listed: %v", c.groups, err)
		}
	}
}

// TestVerifyAsksNoStackOfAGroup: what `m2m verify` reads of a client of a group takes no listing of
// stacks, so the role that verifies a deployment need not be able to.
func TestVerifyAsksNoStackOfAGroup(t *testing.T) {
	t.Parallel()
	run, err := reachtest.StartGroups(t.TempDir(), map[string][]string{"jobs": {"nightly"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = run.Close() })
	run.Deny("ListStacks", "AccessDenied", "no")
	there := deployedTarget(run, "dev")
	if _, err := there.APIURL(t.Context()); err != nil {
		t.Error(err)
	}
	_, err = there.Credentials("nightly").Credentials(t.Context())
	wantProblem(t, err, reach.NotYetRotated) // its secret was read
}
