package reach_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/reach"
	"cognito-m2m/internal/reach/reachtest"
)

// clientOf is the client reader as an operator sees it.
func clientOf(t *testing.T, of *reach.Target) *reach.Client {
	t.Helper()
	found, err := of.Client(t.Context(), "reader")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// rotate rotates reader to its end, and returns the labels that were seen.
func rotate(t *testing.T, of *reach.Target) (seen [][]string) {
	t.Helper()
	version, err := of.Rotate(t.Context(), "reader")
	if err != nil {
		t.Fatal(err)
	}
	if err := of.Watch(t.Context(), "reader", version, func(labels []string) { seen = append(seen, labels) }); err != nil {
		t.Fatal(err)
	}
	return seen
}

func secretID(t *testing.T, of *reach.Target) string {
	t.Helper()
	found, err := of.Credentials("reader").Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return found.ClientSecretID
}

func TestStatesOfAClient(t *testing.T) {
	t.Parallel()
	run := begin(t, false)
	of := localTarget(t, run)
	if got := clientOf(t, of); got.State != reach.NotRotated || !got.RotatedAt.IsZero() {
		t.Errorf("before the first rotation: %+v", got)
	}
	if err := run.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := clientOf(t, of)
	want := &reach.Client{
		Name: "reader", ID: run.ClientIDs["reader"], Scopes: []string{"test-api/read"}, AccessTokenValidity: time.Hour,
		State: reach.Current, RotatedAt: got.RotatedAt, NextRotation: got.RotatedAt.AddDate(0, 0, 30), EveryDays: 30,
		RotationFunction: "m2m-dev-Api-Rotate", Secrets: got.Secrets,
	}
	if diff := cmp.Diff(want, got); diff != "" || got.RotatedAt.IsZero() || len(got.Secrets) != 1 {
		t.Errorf("between rotations, %d secrets (-want +got):\n%s", len(got.Secrets), diff)
	}

	run.Rotator.Hold()
	version, err := of.Rotate(t.Context(), "reader")
	if err != nil {
		t.Fatal(err)
	}
	got = clientOf(t, of)
	if got.State != reach.RotationUnfinished || got.PendingVersion != version || got.UnfinishedSince.IsZero() {
		t.Errorf("during a rotation: %+v", got)
	}
	_, err = of.Rotate(t.Context(), "reader")
	wantProblem(t, err, reach.Unfinished)
	_, err = of.Previous(t.Context(), "reader")
	wantProblem(t, err, reach.Unfinished)
}

func TestRotateAndRevoke(t *testing.T) {
	t.Parallel()
	run := begin(t, true)
	of := localTarget(t, run)
	before := secretID(t, of)
	if previous, err := of.Previous(t.Context(), "reader"); err != nil || previous != nil {
		t.Errorf("before: previous %v, error %v, want none", previous, err)
	}
	seen := rotate(t, of)
	if last := seen[len(seen)-1]; !slices.Contains(last, "AWSCURRENT") {
		t.Errorf("labels end with %v", last)
	}
	if after := secretID(t, of); after == before {
		t.Error("the secret is the same as before")
	}
	previous, err := of.Previous(t.Context(), "reader")
	if err != nil || previous == nil || previous.ID != before {
		t.Fatalf("previous: %v, error %v, want %s", previous, err, before)
	}
	if err := of.Revoke(t.Context(), "reader", *previous); err != nil {
		t.Fatal(err)
	}
	live := clientOf(t, of).Secrets
	if len(live) != 1 || live[0].ID != secretID(t, of) {
		t.Errorf("live secrets after revoking: %v", live)
	}
}

func TestPreviousDoesNotGuess(t *testing.T) {
	t.Parallel()
	run := begin(t, true)
	of := localTarget(t, run)
	rotate(t, of)
	other := `{"client_id":"` + run.ClientIDs["reader"] + `","client_secret":"x","client_secret_id":"by hand","token_endpoint":"https://example.com/oauth2/token"}`
	if err := run.Put(t.Context(), "m2m/dev/reader", other); err != nil {
		t.Fatal(err)
	}
	_, err := of.Previous(t.Context(), "reader")
	wantProblem(t, err, reach.NotCurrent)
}

// TestPreviousIsOlder has beside the current secret one that is newer: of a rotation that was given
// up, or that has begun since the client was looked at.
func TestPreviousIsOlder(t *testing.T) {
	t.Parallel()
	_, of, version := failed(t)
	if err := of.Abandon(t.Context(), "reader", version); err != nil {
		t.Fatal(err)
	}
	if live := clientOf(t, of).Secrets; len(live) != 2 || live[0].ID != secretID(t, of) {
		t.Fatalf("live secrets %v: this test looks at nothing", live)
	}
	if previous, err := of.Previous(t.Context(), "reader"); err != nil || previous != nil {
		t.Errorf("got %v, error %v, want none", previous, err)
	}
}

func TestRevokeWhileARotationIsUnfinished(t *testing.T) {
	t.Parallel()
	run := begin(t, true)
	of := localTarget(t, run)
	rotate(t, of)
	previous, err := of.Previous(t.Context(), "reader")
	if err != nil || previous == nil {
		t.Fatalf("previous %v, error %v", previous, err)
	}
	run.Rotator.Hold()
	if _, err := of.Rotate(t.Context(), "reader"); err != nil {
		t.Fatal(err)
	}
	wantProblem(t, of.Revoke(t.Context(), "reader", *previous), reach.Unfinished)
	if live := clientOf(t, of).Secrets; len(live) != 2 {
		t.Errorf("live secrets %v, want both", live)
	}
}

// TestRotateWaitsForTheEndOfTheLastStep: the label has moved, and the step that moved it has not
// ended. Secrets Manager refuses another rotation until it has.
func TestRotateWaitsForTheEndOfTheLastStep(t *testing.T) {
	t.Parallel()
	run := begin(t, true)
	of := localTarget(t, run)
	end := make(chan struct{})
	run.Rotator.Linger(end)
	rotate(t, of)
	time.AfterFunc(200*time.Millisecond, func() { close(end) })
	if _, err := of.Rotate(t.Context(), "reader"); err != nil {
		t.Error(err)
	}
}

func TestReplacedAppClient(t *testing.T) {
	t.Parallel()
	run := begin(t, false)
	of := localTarget(t, run)
	run.SetClock(-time.Hour)
	if err := run.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := clientOf(t, of).State; got != reach.Current {
		t.Errorf("before: %s", got)
	}
	run.SetClock(0)
	if err := run.ReplaceSecrets(t.Context(), "reader"); err != nil {
		t.Fatal(err)
	}
	if got := clientOf(t, of).State; got != reach.AppClientReplaced {
		t.Errorf("replaced: got state %s", got)
	}
	rotate(t, of)
	if err := run.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := clientOf(t, of).State; got != reach.Current {
		t.Errorf("rotated since: %s", got)
	}
}

// TestUndecided is for the label that a rotation has left, for as long as there is something to
// decide.
func TestUndecided(t *testing.T) {
	t.Parallel()
	run := begin(t, true)
	of := localTarget(t, run)
	rotate(t, of)
	before := secretID(t, of)
	if err := run.MarkUndecided(t.Context(), "reader"); err != nil {
		t.Fatal(err)
	}
	if got := clientOf(t, of).State; got != reach.SecretUndecided {
		t.Errorf("two secrets: state %s", got)
	}
	spare, err := of.Spare(t.Context(), "reader")
	if err != nil || spare == nil || spare.ID == before {
		t.Fatalf("spare %v, error %v", spare, err)
	}
	if err := of.Revoke(t.Context(), "reader", *spare); err != nil {
		t.Fatal(err)
	}
	if got := clientOf(t, of).State; got != reach.Current {
		t.Errorf("one secret: state %s", got)
	}
	rotate(t, of)
	if got := clientOf(t, of).State; got != reach.Current {
		t.Errorf("rotated: state %s", got)
	}
}

// TestUndecidedBeforeTheFirstRotation has a value written by hand in place of the placeholder,
// beside the secret of a rotation that was given up.
func TestUndecidedBeforeTheFirstRotation(t *testing.T) {
	t.Parallel()
	run := begin(t, false)
	of := localTarget(t, run)
	run.Rotator.Fail("testSecret")
	if err := run.Settle(t.Context()); err == nil {
		t.Fatal("the rotation did not fail")
	}
	if err := of.Abandon(t.Context(), "reader", clientOf(t, of).PendingVersion); err != nil {
		t.Fatal(err)
	}
	if err := run.MarkUndecided(t.Context(), "reader"); err != nil {
		t.Fatal(err)
	}
	if got := clientOf(t, of); got.State != reach.SecretUndecided || len(got.Secrets) != 2 {
		t.Errorf("state %s with %d secrets", got.State, len(got.Secrets))
	}
}

// TestSpareDoesNotGuess has values in use that name no secret.
func TestSpareDoesNotGuess(t *testing.T) {
	t.Parallel()
	run := begin(t, true)
	of := localTarget(t, run)
	if spare, err := of.Spare(t.Context(), "reader"); err != nil || spare != nil {
		t.Errorf("one secret: spare %v, error %v", spare, err)
	}
	older := secretID(t, of)
	rotate(t, of)
	inUse := secretID(t, of)
	wantSpare := func(when string) {
		t.Helper()
		if spare, err := of.Spare(t.Context(), "reader"); err != nil || spare == nil || spare.ID != older {
			t.Errorf("%s: spare %v, error %v, want %s", when, spare, err, older)
		}
	}
	wantSpare("AWSCURRENT names the newer")
	put := func(value string) {
		t.Helper()
		if err := run.Put(t.Context(), "m2m/dev/reader", value); err != nil {
			t.Fatal(err)
		}
	}
	put("sesame")
	wantSpare("only AWSPREVIOUS names one")
	put(`{"client_id":"` + run.ClientIDs["reader"] + `","client_secret_id":"` + inUse + `"}`)
	wantSpare("AWSCURRENT names one again")
	put(`{"client_id":"` + run.ClientIDs["reader"] + `","client_secret":"pasted"}`)
	_, err := of.Spare(t.Context(), "reader")
	wantProblem(t, err, reach.NotCurrent)
	for _, value := range []string{"one", "another"} {
		put(`{"client_id":"` + run.ClientIDs["reader"] + `","client_secret":"` + value + `","client_secret_id":"` + inUse +
			`","token_endpoint":"https://example.com/oauth2/token"}`)
	}
	_, err = of.Spare(t.Context(), "reader")
	wantProblem(t, err, reach.NotCurrent)
	_, err = of.Previous(t.Context(), "reader")
	wantProblem(t, err, reach.NotCurrent)
	put("sesame")
	put("open")
	_, err = of.Spare(t.Context(), "reader")
	wantProblem(t, err, reach.NotCurrent)
}

// A rotation may withdraw before anybody has looked.
func TestWithdrawnBeforeItWasWatched(t *testing.T) {
	t.Parallel()
	_, of, version := failed(t)
	if err := of.Abandon(t.Context(), "reader", version); err != nil {
		t.Fatal(err)
	}
	err := of.Watch(t.Context(), "reader", version, func([]string) {})
	wantProblem(t, err, reach.Abandoned)
}

// TestWithoutTheAppClientsDescription is for whoever may not have it, since a secret is in it.
func TestWithoutTheAppClientsDescription(t *testing.T) {
	t.Parallel()
	run := begin(t, true)
	run.Deny("DescribeUserPoolClient", "AccessDeniedException", "")
	got := clientOf(t, localTarget(t, run))
	if got.State != reach.Current || len(got.Secrets) != 1 || got.Scopes != nil || got.AccessTokenValidity != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestWatchUntilTheDeadline(t *testing.T) {
	t.Parallel()
	run := begin(t, true)
	of := localTarget(t, run)
	run.Rotator.Hold()
	version, err := of.Rotate(t.Context(), "reader")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var seen []string
	err = of.Watch(ctx, "reader", version, func(labels []string) { seen = labels; cancel() })
	if diff := cmp.Diff([]string{"AWSPENDING"}, seen); diff != "" || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, labels (-want +got):\n%s", err, diff)
	}
	run.Rotator.Release() // it goes on without anybody watching
	if err := of.Watch(t.Context(), "reader", version, func([]string) {}); err != nil {
		t.Error(err)
	}
}

// failed is an environment in which a rotation of reader has failed.
func failed(t *testing.T) (run *reachtest.Run, of *reach.Target, version string) {
	t.Helper()
	run = begin(t, true)
	of = localTarget(t, run)
	run.Rotator.Fail("testSecret")
	version, err := of.Rotate(t.Context(), "reader")
	if err != nil {
		t.Fatal(err)
	}
	// Settle waits for a rotation that runs; one that has failed, it runs again.
	if run.Settle(t.Context()) == nil {
		t.Fatal("the rotation has not failed")
	}
	run.Rotator.Fail("")
	return run, of, version
}

func TestAbandon(t *testing.T) {
	t.Parallel()
	_, of, version := failed(t)
	current := secretID(t, of)
	if got := clientOf(t, of); got.State != reach.RotationUnfinished || got.PendingVersion != version {
		t.Errorf("after the failure: %+v", got)
	}
	for _, other := range []string{"another-version", ""} {
		wantProblem(t, of.Abandon(t.Context(), "reader", other), reach.Ended)
	}
	if got := clientOf(t, of); got.PendingVersion != version {
		t.Errorf("another version was meant: %+v", got)
	}
	if err := of.Abandon(t.Context(), "reader", version); err != nil {
		t.Fatal(err)
	}
	if got := clientOf(t, of); got.State != reach.Current || secretID(t, of) != current {
		t.Errorf("after abandoning: %+v", got)
	}
	rotate(t, of)
	previous, err := of.Previous(t.Context(), "reader")
	if err != nil || previous == nil || previous.ID != current {
		t.Errorf("after rotating again: previous %v, error %v, want %s", previous, err, current)
	}
	wantProblem(t, of.Abandon(t.Context(), "reader", version), reach.Ended)
}

func TestAbandonedWhileWatched(t *testing.T) {
	t.Parallel()
	_, of, version := failed(t)
	abandoned := make(chan error, 1)
	err := of.Watch(t.Context(), "reader", version, func([]string) { abandoned <- of.Abandon(t.Context(), "reader", version) })
	wantProblem(t, err, reach.Abandoned)
	if err := <-abandoned; err != nil {
		t.Error(err)
	}
}

func TestResume(t *testing.T) {
	t.Parallel()
	run, of, version := failed(t)
	resumed, err := of.Resume(t.Context(), "reader")
	if err != nil || resumed != version {
		t.Fatalf("got version %q, error %v, want %q", resumed, err, version)
	}
	if err := run.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := of.Watch(t.Context(), "reader", version, func([]string) {}); err != nil {
		t.Error(err)
	}
	if none, err := of.Resume(t.Context(), "reader"); err != nil || none != "" {
		t.Errorf("nothing to resume: got %q, error %v", none, err)
	}
}
