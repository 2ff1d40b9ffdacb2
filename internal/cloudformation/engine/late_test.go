package engine_test

import (
	"context"
	"testing"

	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/cloudformation/engine/enginetest"
)

// ending is a provider that can be held up at the end of an operation.
type ending struct {
	*enginetest.Provider

	before func()
}

func (p ending) End(ctx context.Context, done engine.Operation, kept *engine.Template) error {
	p.before()
	return p.Provider.End(ctx, done, kept)
}

// TestDeletedAtTheEndOfItsCreation deletes a stack while its last resource is made, and after that.
func TestDeletedAtTheEndOfItsCreation(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"the last resource", "the end"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			held := enginetest.New()
			under, on := make(chan struct{}), make(chan struct{})
			first := true
			hold := func() {
				if first {
					first = false
					close(under)
					<-on
				}
			}
			provider := ending{held, func() {}}
			if at == "the end" {
				provider.before = hold
			} else {
				held.Before = func(engine.Operation, engine.Step) error { hold(); return nil }
			}
			d := newDisk()
			e := start(t, provider, d)
			id, err := e.CreateStack(t.Context(), here, engine.Input{StackName: "app", Text: resources(topic("A", ""))})
			if err != nil {
				t.Fatal(err)
			}
			<-under
			if err := e.DeleteStack(here, engine.DeleteInput{StackName: "app"}); err != nil {
				t.Fatal(err)
			}
			close(on)
			if status := end(t, e, id); status != "DELETE_COMPLETE" {
				t.Errorf("the stack is %s", status)
			}
			if left := held.Held(id); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// TestCancelledAtTheLastResource cancels an update while nothing but its last resource is left.
func TestCancelledAtTheLastResource(t *testing.T) {
	t.Parallel()
	provider := enginetest.New()
	e := start(t, provider, newDisk())
	id, err := e.CreateStack(t.Context(), here, engine.Input{StackName: "app", Text: resources(topic("A", ""))})
	if err != nil {
		t.Fatal(err)
	}
	end(t, e, id)
	under, on := make(chan struct{}), make(chan struct{})
	provider.Before = func(_ engine.Operation, step engine.Step) error {
		if !step.Rollback {
			close(under)
			<-on
		}
		return nil
	}
	if _, err := e.UpdateStack(t.Context(), here, engine.Input{StackName: "app", Text: resources(topic("A", `"DisplayName": "two"`))}); err != nil {
		t.Fatal(err)
	}
	<-under
	if err := e.CancelUpdateStack(here, "app"); err != nil {
		t.Fatal(err)
	}
	close(on)
	if status := end(t, e, id); status != "UPDATE_ROLLBACK_COMPLETE" {
		t.Errorf("the stack is %s", status)
	}
	wantHeld(t, e, provider, id)
}
