package reach_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"cognito-m2m/internal/reach"
	"cognito-m2m/internal/standing"
)

// reasonOf is the reason of a *Refusal, "" for no error; any other error fails the test.
func reasonOf(t *testing.T, err error) reach.Reason {
	t.Helper()
	if err == nil {
		return ""
	}
	refusal, ok := errors.AsType[*reach.Refusal](err)
	if !ok {
		t.Fatalf("got error %v, want a refusal", err)
	}
	return refusal.Reason
}

// TestMayRotate has each state of a client with each order.
func TestMayRotate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 28, 12, 0, 0, 0, time.UTC)
	idle := func(since time.Duration) reach.Client {
		return reach.Client{State: reach.RotationUnfinished, PendingVersion: "v", UnfinishedSince: now.Add(-since)}
	}
	firstFailed := idle(time.Hour)
	firstFailed.State = reach.NotRotated
	undecided := idle(time.Hour)
	undecided.State = reach.SecretUndecided
	orders := []reach.Order{{}, {Resume: true}, {Abandon: true}, {Abandon: true, Force: true}, {RevokePrevious: true}}
	all := func(r reach.Reason) []reach.Reason { return []reach.Reason{r, r, r, r, r} }
	free := []reach.Reason{"", reach.NothingUnfinished, "", "", ""}
	blocked := []reach.Reason{reach.Blocked, "", "", "", reach.Blocked}
	running := []reach.Reason{reach.Blocked, "", reach.MayBeRunning, "", reach.Blocked}
	for name, c := range map[string]struct {
		client reach.Client
		want   []reach.Reason // of each order
	}{
		"not rotated":               {reach.Client{State: reach.NotRotated}, free},
		"current":                   {reach.Client{State: reach.Current}, free},
		"turned off":                {reach.Client{State: reach.RotationOff}, free},
		"app client replaced":       {reach.Client{State: reach.AppClientReplaced}, free},
		"no app client":             {reach.Client{State: reach.AppClientGone}, all(reach.NoAppClient)},
		"undecided":                 {reach.Client{State: reach.SecretUndecided}, all(reach.Undecided)},
		"undecided, unfinished":     {undecided, all(reach.Undecided)},
		"unfinished a moment ago":   {idle(0), running},
		"unfinished for a step":     {idle(reach.LongestStep - 1), running},
		"unfinished for longer":     {idle(reach.LongestStep), blocked},
		"the first one: unfinished": {firstFailed, blocked},
	} {
		for i, order := range orders {
			err := c.client.MayRotate(order, now)
			if got := reasonOf(t, err); got != c.want[i] {
				t.Errorf("%s, %+v: got %q, want %q", name, order, got, c.want[i])
			}
			refusal, _ := errors.AsType[*reach.Refusal](err)
			if idle := now.Sub(c.client.UnfinishedSince); (c.want[i] == reach.Blocked || c.want[i] == reach.MayBeRunning) && refusal.Idle != idle {
				t.Errorf("%s, %+v: idle for %s, want %s", name, order, refusal.Idle, idle)
			}
		}
	}
}

func TestNeedsRoom(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 28, 12, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	client := func(rotated time.Duration, secrets ...time.Duration) reach.Client {
		c := reach.Client{State: reach.Current, RotatedAt: now.Add(-rotated)}
		for _, age := range secrets {
			c.Secrets = append(c.Secrets, reach.LiveSecret{Created: now.Add(-age)})
		}
		return c
	}
	for name, c := range map[string]struct {
		client reach.Client
		order  reach.Order
		want   bool
	}{
		"replaced a moment ago":             {client(time.Minute, day, 2*time.Minute), reach.Order{Grace: day}, true},
		"replaced almost a day ago":         {client(day-1, 3*day, 2*day), reach.Order{Grace: day}, true},
		"replaced a day ago":                {client(day, 3*day, 2*day), reach.Order{Grace: day}, false},
		"no grace":                          {client(0, 3*day, 2*day), reach.Order{}, false},
		"a longer grace":                    {client(day, 3*day, 2*day), reach.Order{Grace: 2 * day}, true},
		"to be resumed":                     {client(time.Minute, day, 2*time.Minute), reach.Order{Grace: day, Resume: true}, false},
		"one secret":                        {client(time.Minute, 2*time.Minute), reach.Order{Grace: day}, false},
		"no rotation has ended":             {reach.Client{Secrets: make([]reach.LiveSecret, 1)}, reach.Order{Grace: day}, false},
		"the newer is of one given up":      {client(time.Hour, day, time.Minute), reach.Order{Grace: day}, false},
		"given up, and to be abandoned too": {client(time.Hour, day, time.Minute), reach.Order{Grace: day, Abandon: true}, false},
	} {
		if got := c.client.NeedsRoom(c.order, now); got != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func TestLastToken(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 28, 12, 0, 0, 0, time.UTC)
	for validity, want := range map[time.Duration]time.Duration{0: 24 * time.Hour, 5 * time.Minute: 5 * time.Minute} { // 0: not known
		c := reach.Client{AccessTokenValidity: validity}
		if got := c.LastToken(now).Sub(now); got != want {
			t.Errorf("validity %s: %s from now, want %s", validity, got, want)
		}
	}
}

func plan(t *testing.T, of *reach.Target, o reach.Order) *reach.Plan {
	t.Helper()
	p, err := of.PlanRotation(t.Context(), clientOf(t, of), o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestPlanChangesNothing: what a plan deletes first is deleted when it begins.
func TestPlanChangesNothing(t *testing.T) {
	t.Parallel()
	run := begin(t, true)
	of := localTarget(t, run)
	first := secretID(t, of)
	if p := plan(t, of, reach.Order{Grace: standing.LongestGrace}); p.First != nil {
		t.Errorf("one secret: deletes %v", p.First)
	}
	rotate(t, of)
	p := plan(t, of, reach.Order{Grace: standing.LongestGrace})
	if p.First == nil || p.First.ID != first || len(clientOf(t, of).Secrets) != 2 {
		t.Fatalf("deletes %v, want %s; secrets now: %v", p.First, first, clientOf(t, of).Secrets)
	}
	run.Rotator.Hold() // or the rotation would delete it, as it has no grace here
	version, deleted, err := p.Begin(t.Context())
	if err != nil || deleted == nil || deleted.ID != first {
		t.Fatalf("deleted %v, error %v", deleted, err)
	}
	if live := clientOf(t, of).Secrets; len(live) != 1 || live[0].ID == first {
		t.Errorf("secrets after that: %v", live)
	}
	run.Rotator.Release()
	if err := p.Watch(t.Context(), version, of.Patience(), func([]string) {}); err != nil {
		t.Fatal(err)
	}
	previous, err := of.Previous(t.Context(), "reader")
	if left := clientOf(t, of).LeftOver(); err != nil || left == nil || *left != *previous {
		t.Fatalf("left over: %v, error %v, want %v", left, err, previous)
	}
	if err := of.Revoke(t.Context(), "reader", *previous); err != nil {
		t.Fatal(err)
	}
	if left := clientOf(t, of).LeftOver(); left != nil {
		t.Errorf("left over: %v, want nothing", left)
	}
}

// TestPlanNeedsTheValueToRevoke: a permission that is missing shows before the rotation, and a
// value that is not credentials is no reason not to rotate.
func TestPlanNeedsTheValueToRevoke(t *testing.T) {
	t.Parallel()
	run := begin(t, true)
	of := localTarget(t, run)
	run.Deny("GetSecretValue", "AccessDeniedException", "")
	_, err := of.PlanRotation(t.Context(), clientOf(t, of), reach.Order{RevokePrevious: true})
	wantProblem(t, err, reach.AccessDenied)
	plan(t, of, reach.Order{})
	run.Deny("GetSecretValue", "", "")
	if err := run.Put(t.Context(), "m2m/dev/reader", "sesame"); err != nil {
		t.Fatal(err)
	}
	plan(t, of, reach.Order{RevokePrevious: true})
}

// TestPlanAbandons gives a rotation up and decides then what is deleted: with the secret of the one
// that failed beside the current one, nothing.
func TestPlanAbandons(t *testing.T) {
	t.Parallel()
	run, of, _ := failed(t)
	p := plan(t, of, reach.Order{Abandon: true, Force: true, Grace: standing.LongestGrace})
	resuming := plan(t, of, reach.Order{Resume: true})
	if unfinished := clientOf(t, of); len(unfinished.Secrets) != 2 || unfinished.LeftOver() != nil {
		t.Errorf("unfinished: left over %v of %v", unfinished.LeftOver(), unfinished.Secrets)
	}
	if _, _, err := p.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := run.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, _, err := p.Begin(t.Context())
	wantProblem(t, err, reach.Ended)
	if _, _, err := resuming.Begin(t.Context()); reasonOf(t, err) != reach.NothingUnfinished {
		t.Errorf("resuming what has ended: error %v", err)
	}
}

// TestPlanSaysThatARotationStopped has the label that tells why a rotation has withdrawn.
func TestPlanSaysThatARotationStopped(t *testing.T) {
	t.Parallel()
	run := begin(t, true)
	of := localTarget(t, run)
	rotate(t, of)
	run.Rotator.Hold()
	p := plan(t, of, reach.Order{})
	version, _, err := p.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	withdraw := func([]string) {
		if err := run.MarkUndecided(t.Context(), "reader"); err != nil {
			t.Error(err)
		}
		if err := of.Abandon(t.Context(), "reader", version); err != nil {
			t.Error(err)
		}
	}
	if err := p.Watch(t.Context(), version, of.Patience(), withdraw); reasonOf(t, err) != reach.Undecided {
		t.Errorf("got error %v", err)
	}
	_, err = of.PlanRotation(t.Context(), clientOf(t, of), reach.Order{})
	if reasonOf(t, err) != reach.Undecided {
		t.Errorf("planning another: error %v", err)
	}
}

func TestPlanIsWatchedForItsTime(t *testing.T) {
	t.Parallel()
	run := begin(t, true)
	of := localTarget(t, run)
	run.Rotator.Hold()
	p := plan(t, of, reach.Order{})
	version, _, err := p.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Watch(t.Context(), version, time.Nanosecond, func([]string) {}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got error %v", err)
	}
	if here, there := of.Patience(), deployedTarget(run, "dev").Patience(); here != time.Minute || there != 5*time.Minute {
		t.Errorf("watches for %s here, %s on AWS; the help of m2m rotate says 1m and 5m", here, there)
	}
}

// TestNothingToRevokeWithoutTheAppClient: neither a rotation nor a deletion is tried.
func TestNothingToRevokeWithoutTheAppClient(t *testing.T) {
	t.Parallel()
	run := begin(t, true)
	of := localTarget(t, run)
	run.Deny("DescribeUserPoolClient", "ResourceNotFoundException", "")
	if _, err := of.Previous(t.Context(), "reader"); reasonOf(t, err) != reach.NoAppClient {
		t.Errorf("got error %v", err)
	}
	if _, err := of.PlanRotation(t.Context(), clientOf(t, of), reach.Order{}); reasonOf(t, err) != reach.NoAppClient {
		t.Errorf("got error %v", err)
	}
}
