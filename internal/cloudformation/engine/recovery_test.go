package engine_test

import (
	"errors"
	"fmt"
	"testing"

	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/cloudformation/engine/enginetest"
)

// scenario is an operation that is killed at every step.
type scenario struct {
	before string // the template that the stack has; "" for a new one
	run    func(*testing.T, *engine.Engine, string) error
	fails  func(engine.Step) error
	ends   string
}

const (
	small = `{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "one"}},
		"B": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "A"}}},
		"C": {"Type": "AWS::SQS::Queue"}}}`
	// other replaces A, updates B, removes C and adds D.
	other = `{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "two"}},
		"B": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "A"}}},
		"D": {"Type": "AWS::SQS::Queue", "DependsOn": "B"}}}`
)

func create(t *testing.T, e *engine.Engine, text string) (string, error) {
	t.Helper()
	return e.CreateStack(t.Context(), here, engine.Input{StackName: "app", Text: text})
}

func updateTo(text string) func(*testing.T, *engine.Engine, string) error {
	return func(t *testing.T, e *engine.Engine, id string) error {
		t.Helper()
		_, err := e.UpdateStack(t.Context(), here, engine.Input{StackName: id, Text: text})
		return err
	}
}

func failsOn(id string, action engine.Action) func(engine.Step) error {
	return func(step engine.Step) error {
		if step.Resource.LogicalID == id && step.Action == action && !step.Rollback {
			return errors.New("it is full")
		}
		return nil
	}
}

// TestKilledAtEveryStep kills an operation at each save of its journal, before it is kept and
// after. The next engine brings the stack to the end that it would have had.
func TestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]scenario{
		"creation":        {run: nil, before: "", ends: "CREATE_COMPLETE"},
		"failed creation": {fails: failsOn("C", engine.Create), ends: "ROLLBACK_COMPLETE"},
		"update":          {before: small, run: updateTo(other), ends: "UPDATE_COMPLETE"},
		"failed update":   {before: small, run: updateTo(other), fails: failsOn("D", engine.Create), ends: "UPDATE_ROLLBACK_COMPLETE"},
		"deletion": {before: small, run: func(_ *testing.T, e *engine.Engine, id string) error {
			return e.DeleteStack(here, engine.DeleteInput{StackName: id})
		}, ends: "DELETE_COMPLETE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			steps := killed(t, s, 0, false)
			if steps < 6 {
				t.Fatalf("it has %d steps: nothing was done", steps)
			}
			for k := 1; k <= steps; k++ {
				for _, early := range []bool{true, false} {
					killed(t, s, k, early)
				}
			}
		})
	}
}

// killed runs a scenario, kills the engine at save k of the operation and has another one recover.
// It returns how many saves the operation took.
func killed(t *testing.T, s scenario, k int, early bool) (saves int) {
	t.Helper()
	provider, d := enginetest.New(), newDisk()
	provider.Before = func(_ engine.Operation, step engine.Step) error {
		if d.gone() {
			return errors.New("dead")
		}
		if s.fails != nil {
			return s.fails(step)
		}
		return nil
	}
	e := start(t, provider, d)
	var id string
	if s.before != "" {
		var err error
		if id, err = create(t, e, s.before); err != nil {
			t.Fatal(err)
		}
		end(t, e, id)
	}
	first := d.count()
	if k > 0 {
		d.mu.Lock()
		d.tearAt, d.early = first+k, early
		d.mu.Unlock()
	}
	var err error
	if s.run == nil {
		id, err = create(t, e, small)
	} else {
		err = s.run(t, e, id)
	}
	if k == 0 {
		if err != nil {
			t.Fatal(err)
		}
		if got := end(t, e, id); got != s.ends {
			t.Fatalf("without a kill it ends %s, want %s", got, s.ends)
		}
		wantHeld(t, e, provider, id)
		return d.count() - first
	}
	recovered(t, s, recovery{e, provider, d, id, fmt.Sprintf("killed at %d, early %v", k, early), err})
	return 0
}

type recovery struct {
	e        *engine.Engine
	provider *enginetest.Provider
	disk     *disk
	id, what string
	err      error // of the request
}

func recovered(t *testing.T, s scenario, r recovery) {
	t.Helper()
	if r.err == nil {
		waitUntilTorn(t, r)
	}
	if err := r.e.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.disk.mu.Lock()
	r.disk.tearAt = 0
	r.disk.mu.Unlock()
	next := start(t, r.provider, r.disk)
	next.Recover()
	if !next.View(here, r.id, func(*engine.Stack) {}) {
		if r.err == nil || s.before != "" {
			t.Errorf("%s: the stack is lost", r.what)
		}
		return // the request was refused, and there is no stack
	}
	got := end(t, next, r.id)
	if r.err != nil && got == "CREATE_COMPLETE" {
		return // the request was refused, and the stack is as it was
	}
	if got != s.ends {
		t.Errorf("%s: it ends %s, want %s", r.what, got, s.ends)
	}
	wantHeld(t, next, r.provider, r.id)
	stop(t, next)
}

// waitUntilTorn waits until the engine has come to the save that it is killed at, or is done.
func waitUntilTorn(t *testing.T, r recovery) {
	t.Helper()
	waitFor(t, r.e, r.id, func(s *engine.Stack) bool { return r.disk.gone() || s.Operation == nil })
}

// TestWhatAFailedUpdateLeft goes with its stack, at the second attempt at the latest: the resource
// that was replaced by an update that failed and was not rolled back.
func TestWhatAFailedUpdateLeft(t *testing.T) {
	t.Parallel()
	provider, d := enginetest.New(), newDisk()
	e := start(t, provider, d)
	id, err := create(t, e, resources(topic("A", `"TopicName": "one"`)))
	if err != nil {
		t.Fatal(err)
	}
	end(t, e, id)
	provider.Before = func(_ engine.Operation, step engine.Step) error { return failsOn("B", engine.Create)(step) }
	if _, err = e.UpdateStack(t.Context(), here, engine.Input{
		StackName: id, Text: resources(topic("A", `"TopicName": "two"`), topic("B", "")), Settings: engine.Settings{DisableRollback: true},
	}); err != nil {
		t.Fatal(err)
	}
	if got := end(t, e, id); got != "UPDATE_FAILED" || len(provider.Held(id)) != 2 {
		t.Fatalf("%s, and there is %v", got, provider.Held(id))
	}
	provider.Before = func(_ engine.Operation, step engine.Step) error {
		if step.Resource.Properties["TopicName"] == "one" {
			return errors.New("it is blocked")
		}
		return nil
	}
	for _, want := range []string{"DELETE_FAILED", "DELETE_COMPLETE"} {
		if err := e.DeleteStack(here, engine.DeleteInput{StackName: id}); err != nil {
			t.Fatal(err)
		}
		if got := end(t, e, id); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		provider.Before = nil
	}
	if held := provider.Held(id); len(held) != 0 {
		t.Errorf("there is still %v", held)
	}
}
