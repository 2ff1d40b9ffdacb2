package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/cloudformation/engine/enginetest"
)

// TestManyUpdates keeps what is kept of a stack within bounds, by change sets that nobody
// deletes and by deleted stacks too.
func TestManyUpdates(t *testing.T) {
	t.Parallel()
	const topics, updates = 60, 100 // each update replaces one of them, and changes the others
	text := func(update int) string {
		all := []string{topic("A", fmt.Sprintf(`"TopicName": "t%d"`, update%2))}
		for i := range topics - 1 {
			all = append(all, topic(fmt.Sprintf("B%d", i), `"DisplayName": {"Ref": "A"}`))
		}
		return resources(all...)
	}
	provider, d := enginetest.New(), newDisk()
	e := start(t, provider, d)
	id, err := create(t, e, text(0))
	if err != nil {
		t.Fatal(err)
	}
	end(t, e, id)
	events, sizes := map[int]int{}, map[int]int{}
	for i := 1; i <= updates; i++ {
		set, _, err := e.CreateChangeSet(t.Context(), here, engine.ChangeSetInput{Input: engine.Input{StackName: id, Text: text(i)}, Name: "change"})
		if err == nil {
			err = e.ExecuteChangeSet(here, engine.ExecuteInput{Name: set})
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := end(t, e, id); got != "UPDATE_COMPLETE" {
			t.Fatal(got)
		}
		e.View(here, id, func(s *engine.Stack) {
			whole, _ := e.Whole(id)
			events[i], sizes[i] = len(s.Events), len(whole)
		})
	}
	if events[updates] != 10_000 || events[updates*7/10] >= 10_000 || sizes[updates] > sizes[updates*9/10]+sizes[updates]/50 {
		t.Errorf("there are %d events in %d bytes in the end, and were %d in %d before", events[updates], sizes[updates], events[updates*9/10], sizes[updates*9/10])
	}
	d.mu.Lock()
	if saved := len(d.records[id]); saved > 2*sizes[updates] {
		t.Errorf("the record of %d bytes has become %d", sizes[updates], saved)
	}
	d.mu.Unlock()
	wantHeld(t, e, provider, id)
}

// TestDeletedStacksAreForgotten keeps the last of them.
func TestDeletedStacksAreForgotten(t *testing.T) {
	t.Parallel()
	d := newDisk()
	e := start(t, enginetest.New(), d)
	last := ""
	for range 30 {
		id, err := create(t, e, resources(topic("A", "")))
		if err != nil {
			t.Fatal(err)
		}
		end(t, e, id)
		if err := e.DeleteStack(here, engine.DeleteInput{StackName: id}); err != nil {
			t.Fatal(err)
		}
		end(t, e, id)
		last = id
	}
	if len(d.records) != 20 || d.records[last] == nil {
		t.Errorf("%d stacks are kept, want the last 20", len(d.records))
	}
}

// TestAFullDisk: a request that can't be saved is refused and does nothing; an operation waits
// until it can be.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	provider, d := enginetest.New(), newDisk()
	e := start(t, provider, d)
	full := func(after int) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.tearAt, d.early = d.saves+after, true
	}
	full(1)
	if _, err := create(t, e, resources(topic("A", ""))); err == nil || e.View(here, "app", func(*engine.Stack) {}) {
		t.Errorf("with a full disk: error %v", err)
	}
	full(3)
	id, err := create(t, e, resources(topic("A", ""), topic("B", "")))
	if err != nil {
		t.Fatal(err)
	}
	waitFor(t, e, id, func(*engine.Stack) bool { return d.gone() })
	d.mu.Lock()
	d.tearAt = 0
	d.mu.Unlock()
	if got := end(t, e, id); got != "CREATE_COMPLETE" {
		t.Error(got)
	}
	wantHeld(t, e, provider, id)
}

// TestAFullDiskRefusesWhole asks an operation under way for more than can be saved: what is refused
// does not happen later.
func TestAFullDiskRefusesWhole(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(e *engine.Engine) error{
		"a deletion during the creation": func(e *engine.Engine) error { return e.DeleteStack(here, engine.DeleteInput{StackName: "app"}) },
		"the end of an update":           func(e *engine.Engine) error { return e.CancelUpdateStack(here, "app", "") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			provider, d := enginetest.New(), newDisk()
			e := start(t, provider, d)
			want, id := "CREATE_COMPLETE", ""
			if strings.HasSuffix(name, "update") {
				want = "UPDATE_COMPLETE"
				id, _ = create(t, e, resources(topic("A", "")))
				end(t, e, id)
			}
			under, on := make(chan struct{}), make(chan struct{})
			held := sync.OnceFunc(func() {
				close(under)
				<-on
			})
			provider.Before = func(engine.Operation, engine.Step) error {
				held()
				return nil
			}
			input := engine.Input{StackName: "app", Text: resources(topic("A", `"DisplayName": "two"`))}
			var err error
			if id == "" {
				id, err = e.CreateStack(t.Context(), here, input)
			} else {
				_, err = e.UpdateStack(t.Context(), here, input)
			}
			if err != nil {
				t.Fatal(err)
			}
			<-under
			d.mu.Lock()
			d.tearAt, d.early = d.saves+1, true
			d.mu.Unlock()
			if err := ask(e); err == nil {
				t.Error("it was not refused")
			}
			d.mu.Lock()
			d.tearAt = 0
			d.mu.Unlock()
			close(on)
			if got := end(t, e, id); got != want {
				t.Errorf("the stack is %s, want %s", got, want)
			}
			wantHeld(t, e, provider, id)
		})
	}
}

// TestFaults fails resources on purpose, by id and by type, each once.
func TestFaults(t *testing.T) {
	t.Parallel()
	provider, d := enginetest.New(), newDisk()
	e, err := engine.New(engine.Config{
		Provider: provider, Save: d.save, Slow: time.Millisecond,
		Faults: []engine.Fault{engine.ParseFault("A"), engine.ParseFault("AWS::SSM::Parameter=a quota"), engine.ParseFault("A=again"), engine.ParseFault("Nothing")},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, e) })
	id, err := create(t, e, resources(topic("A", "")))
	if err != nil {
		t.Fatal(err)
	}
	wantReason := func(status, reason string) {
		t.Helper()
		if got := end(t, e, id); got != status {
			t.Errorf("it ends %s, want %s", got, status)
		}
		found := errors.New("no event has the reason")
		e.View(here, id, func(s *engine.Stack) {
			for _, event := range s.Events {
				if event.Reason == reason {
					found = nil
				}
			}
		})
		if found != nil {
			t.Errorf("%q: %v", reason, found)
		}
	}
	wantReason("ROLLBACK_COMPLETE", "It was to fail (--fail A)")
	if err := e.DeleteStack(here, engine.DeleteInput{StackName: id}); err != nil {
		t.Fatal(err)
	}
	end(t, e, id)
	if id, err = create(t, e, resources(topic("B", ""), parameter("P", `"x"`))); err != nil {
		t.Fatal(err)
	}
	wantReason("ROLLBACK_COMPLETE", "a quota")
	if err := e.DeleteStack(here, engine.DeleteInput{StackName: id}); err != nil {
		t.Fatal(err)
	}
	end(t, e, id)
	if id, err = create(t, e, resources(parameter("P", `"x"`))); err != nil {
		t.Fatal(err)
	}
	if got := end(t, e, id); got != "CREATE_COMPLETE" {
		t.Errorf("with the fault used up it ends %s", got)
	}
	if diff := cmp.Diff([]engine.Fault{{Target: "A", Reason: "again"}, {Target: "Nothing"}}, e.Unused()); diff != "" {
		t.Errorf("faults that hit nothing (-want +got):\n%s", diff)
	}
}

// TestPlaces keeps stacks of one name apart by account and Region.
func TestPlaces(t *testing.T) {
	t.Parallel()
	e := start(t, enginetest.New(), newDisk())
	ids := map[string]bool{}
	for _, in := range []engine.Place{here, {AccountID: here.AccountID, Region: "us-east-1"}, {AccountID: "210987654321", Region: here.Region}} {
		id, err := e.CreateStack(t.Context(), in, engine.Input{StackName: "app", Text: resources(topic("A", ""))})
		if err != nil {
			t.Fatal(err)
		}
		ids[id] = true
		if e.View(in, "arn:aws:cloudformation:"+in.Region+":000000000000:stack/app/x", func(*engine.Stack) {}) {
			t.Error("an ARN of another account is found")
		}
	}
	if len(ids) != 3 {
		t.Errorf("%d stacks, want 3", len(ids))
	}
	for id := range ids {
		if in := here; e.View(in, id, func(s *engine.Stack) { in = s.Place }) && in != here {
			t.Errorf("a stack of %v is found in %v", in, here)
		}
	}
}

// generations is a provider whose resources keep their id when they are replaced, as the default
// stage of an API does.
type generations struct{ *enginetest.Provider }

func (g generations) Evaluate(ctx context.Context, operation engine.Operation) (*engine.Evaluated, error) {
	evaluated, err := g.Provider.Evaluate(ctx, operation)
	if err == nil {
		for id, r := range evaluated.Resources {
			r.Generation, r.PhysicalID = r.PhysicalID, "$default"
			evaluated.Resources[id] = r
		}
	}
	return evaluated, err
}

func TestReplacedUnderTheSameID(t *testing.T) {
	t.Parallel()
	provider := generations{enginetest.New()}
	var steps []string
	provider.Before = func(_ engine.Operation, step engine.Step) error {
		steps = append(steps, fmt.Sprint(step.Action, " ", step.Resource.Generation))
		return nil
	}
	e := start(t, provider, newDisk())
	id, err := create(t, e, resources(topic("A", `"TopicName": "one"`)))
	if err != nil {
		t.Fatal(err)
	}
	end(t, e, id)
	for _, text := range []string{`"TopicName": "two"`, `"TopicName": "two", "DisplayName": "d"`} {
		if err := updateTo(resources(topic("A", text)))(t, e, id); err != nil {
			t.Fatal(err)
		}
		end(t, e, id)
	}
	arn := "arn:aws:sns:eu-west-1:123456789012:"
	want := []string{"Create " + arn + "one", "Create " + arn + "two", "Delete " + arn + "one", "Update " + arn + "two"}
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}
