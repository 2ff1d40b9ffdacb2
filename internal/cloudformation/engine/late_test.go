package engine_test

import (
	"context"
	"errors"
	"sync"
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
	if err := e.CancelUpdateStack(here, "app", ""); err != nil {
		t.Fatal(err)
	}
	close(on)
	if status := end(t, e, id); status != "UPDATE_ROLLBACK_COMPLETE" {
		t.Errorf("the stack is %s", status)
	}
	wantHeld(t, e, provider, id)
}

// meeting is a provider whose evaluations wait for each other.
type meeting struct {
	*enginetest.Provider

	together sync.WaitGroup
	once     sync.Map // by operation
}

func (m *meeting) Evaluate(ctx context.Context, asked engine.Operation) (*engine.Evaluated, error) {
	if _, came := m.once.LoadOrStore(asked.ID, true); !came && !asked.Begun {
		m.together.Done()
		m.together.Wait()
	}
	return m.Provider.Evaluate(ctx, asked)
}

// TestTwoAtOnce: of two requests for a change set of one name that come at once, one is refused,
// and so is one of two updates. A request that comes again meanwhile gets what the first one made.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	before := resources(topic("A", `"DisplayName": "one"`))
	after := resources(topic("A", `"DisplayName": "two"`))
	for name, c := range map[string]struct {
		request func(e *engine.Engine, id string) (string, error)
		refused int
	}{
		"change sets": {func(e *engine.Engine, id string) (string, error) {
			set, _, err := e.CreateChangeSet(t.Context(), here, engine.ChangeSetInput{Input: engine.Input{StackName: id, Text: after}, Name: "change"})
			return set, err
		}, 1},
		"one change set, again": {func(e *engine.Engine, id string) (string, error) {
			set, _, err := e.CreateChangeSet(t.Context(), here, engine.ChangeSetInput{Input: engine.Input{StackName: id, Text: after, Token: "once"}, Name: "change"})
			return set, err
		}, 0},
		"updates": {func(e *engine.Engine, id string) (string, error) {
			return e.UpdateStack(t.Context(), here, engine.Input{StackName: id, Text: after})
		}, 1},
		"one update, again": {func(e *engine.Engine, id string) (string, error) {
			return e.UpdateStack(t.Context(), here, engine.Input{StackName: id, Text: after, Token: "once"})
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			provider := &meeting{Provider: enginetest.New()}
			provider.together.Add(1)
			e := start(t, provider, newDisk())
			id, err := create(t, e, before)
			if err != nil {
				t.Fatal(err)
			}
			end(t, e, id)
			provider.together.Add(2)
			ids, errs := make([]string, 2), make([]error, 2)
			var requests sync.WaitGroup
			for i := range ids {
				requests.Go(func() { ids[i], errs[i] = c.request(e, id) })
			}
			requests.Wait()
			refused := 0
			for _, err := range errs {
				if _, ok := errors.AsType[*engine.Refusal](err); ok {
					refused++
				} else if err != nil {
					t.Error(err)
				}
			}
			if refused != c.refused || refused == 0 && ids[0] != ids[1] {
				t.Errorf("%d are refused, want %d: %q, %v", refused, c.refused, ids, errs)
			}
			end(t, e, id)
		})
	}
}
