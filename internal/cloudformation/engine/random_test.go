package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/cloudformation/engine/enginetest"
)

// TestRandomChanges makes sequences of changes with faults, cancelled and killed ones among them.
// After each the stack is what its template says, and so is what there is.
func TestRandomChanges(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			w := &walk{T: t, rand: rand.New(rand.NewPCG(seed, 15)), provider: enginetest.New(), disk: newDisk()}
			w.provider.Before = w.fail
			w.engine = start(t, w.provider, w.disk)
			for range 20 {
				w.step()
				if t.Failed() {
					t.Fatalf("after: %s", strings.Join(w.done, "; "))
				}
			}
		})
	}
}

// walk is one sequence of changes to one stack.
type walk struct {
	*testing.T
	rand     *rand.Rand
	provider *enginetest.Provider
	disk     *disk
	engine   *engine.Engine
	id       string
	done     []string
	failing  atomic.Int64 // the step from now on that fails, 0 for none
}

// fail fails a step now and then, but none of a clean-up: that would leave a resource behind.
func (w *walk) fail(operation engine.Operation, step engine.Step) error {
	cleanUp := step.Action == engine.Delete && operation.Next != nil && (!step.Rollback || operation.Before != nil)
	if !cleanUp && w.failing.Add(-1) == 0 {
		return errors.New("chance has it")
	}
	return nil
}

// text is a random template, whose resources depend on those before them.
func (w *walk) text() string {
	var all, topics []string
	for _, id := range []string{"A", "B", "C", "D", "E", "F"} {
		value := fmt.Sprintf("%q", fmt.Sprint(w.rand.IntN(3)))
		if len(topics) > 0 && w.rand.IntN(2) == 0 {
			value = `{"Ref": "` + topics[w.rand.IntN(len(topics))] + `"}`
		}
		switch w.rand.IntN(4) {
		case 0: // it is left out
		case 1:
			all = append(all, parameter(id+"Value", value))
		default:
			properties := fmt.Sprintf(`"TopicName": "%s%d", "DisplayName": %s`, id, w.rand.IntN(2), value)
			all, topics = append(all, topic(id, properties)), append(topics, id)
		}
	}
	if len(all) == 0 {
		all = append(all, topic("Z", ""))
	}
	return resources(all...)
}

func (w *walk) status() (status string) {
	w.engine.View(here, w.id, func(s *engine.Stack) { status = s.Status })
	return status
}

// step does one thing to the stack and waits for its end.
func (w *walk) step() {
	w.Helper()
	if w.id != "" && w.rand.IntN(6) == 0 {
		w.restart() // what failed and waits is known to the next engine too
	}
	w.failing.Store(int64(w.rand.IntN(16) - 4))
	what, err := w.begin(w.status())
	w.done = append(w.done, fmt.Sprintf("%s (failing %d): %v", what, w.failing.Load(), err))
	if w.rand.IntN(6) == 0 {
		w.restart()
	}
	status := end(w.T, w.engine, w.id)
	w.done = append(w.done, status)
	w.failing.Store(0)
	if err != nil && !strings.Contains(err.Error(), "No updates") {
		w.Errorf("%s: %v", what, err)
	}
	switch status {
	case "CREATE_FAILED", "UPDATE_FAILED", "UPDATE_ROLLBACK_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED":
		return // it is neither here nor there
	}
	wantHeld(w.T, w.engine, w.provider, w.id)
}

// restart ends the engine wherever it is, and has another one go on.
func (w *walk) restart() {
	w.Helper()
	if err := w.engine.Close(w.Context()); err != nil {
		w.Fatal(err)
	}
	w.engine = start(w.T, w.provider, w.disk)
	w.engine.Recover()
	w.done = append(w.done, "restarted")
}

// begin does what can be done in a status.
func (w *walk) begin(status string) (what string, err error) {
	without := engine.Settings{DisableRollback: w.rand.IntN(4) == 0}
	input := engine.Input{StackName: "app", Text: w.text(), Settings: without}
	if without.DisableRollback {
		input.OnFailure = "DO_NOTHING"
	}
	switch status {
	case "", "DELETE_COMPLETE":
		w.id, err = w.engine.CreateStack(w.Context(), here, input)
		return "create", err
	case "UPDATE_ROLLBACK_FAILED":
		return "continue", w.engine.ContinueUpdateRollback(here, engine.ContinueInput{StackName: w.id})
	case "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED":
		return "delete", w.engine.DeleteStack(here, engine.DeleteInput{StackName: w.id})
	case "CREATE_FAILED", "UPDATE_FAILED":
		if w.rand.IntN(2) == 0 {
			_, err = w.engine.RollbackStack(here, w.id, false, "")
			return "roll back", err
		}
	}
	switch w.rand.IntN(8) {
	case 0:
		return "delete", w.engine.DeleteStack(here, engine.DeleteInput{StackName: w.id})
	case 1:
		if _, err = w.engine.UpdateStack(w.Context(), here, input); err == nil {
			_ = w.engine.CancelUpdateStack(here, w.id, "") // it may be over
		}
		return "update and cancel", err
	case 2, 3:
		return "change set", w.changeSet(input)
	}
	_, err = w.engine.UpdateStack(w.Context(), here, input)
	return "update to " + input.Text, err
}

func (w *walk) changeSet(input engine.Input) error {
	id, _, err := w.engine.CreateChangeSet(w.Context(), here, engine.ChangeSetInput{Input: input, Name: fmt.Sprint("c", len(w.done))})
	if err != nil {
		return err
	}
	err = w.engine.ExecuteChangeSet(here, engine.ExecuteInput{Name: id, DisableRollback: input.Settings.DisableRollback})
	if err != nil && strings.Contains(err.Error(), "[FAILED]") {
		return nil // it changes nothing
	}
	return err
}
