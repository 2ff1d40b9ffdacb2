package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/cloudformation/engine/enginetest"
)

var here = engine.Place{AccountID: "123456789012", Region: "eu-west-1"}

// disk keeps records, until it is torn away.
type disk struct {
	mu      sync.Mutex
	records map[string][]byte
	saves   int
	engine  *engine.Engine // that saves
	lost    error          // what it has saved is not what it has
	// tearAt is the save after which nothing is kept any more, 0 for none; with early, that save is
	// not kept either.
	tearAt int
	early  bool
}

var errTorn = errors.New("the disk is gone")

func newDisk() *disk { return &disk{records: map[string][]byte{}} }

func (d *disk) save(id string, record []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.saves++; d.full() {
		return errTorn
	}
	if record == nil {
		delete(d.records, id)
	} else {
		d.records[id] = bytes.Clone(record)
	}
	return nil
}

// append appends, and compares what the next engine would read with what this one has.
func (d *disk) append(id string, line []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.saves++; d.full() {
		return errTorn
	}
	d.records[id] = append(d.records[id], line...)
	if long := len(d.records[id]) > 50_000; d.lost != nil || d.engine == nil || long && d.saves%1000 > 0 {
		return nil
	}
	has, err := d.engine.Whole(id)
	read, failure := engine.Replayed(d.records[id])
	if d.lost = errors.Join(err, failure); has != read {
		d.lost = errors.Join(d.lost, errors.New(cmp.Diff(strings.Split(has, "\n"), strings.Split(read, "\n"))))
	}
	return nil
}

func (d *disk) full() bool { return d.torn() && (d.saves > d.tearAt || d.early) }

func (d *disk) torn() bool { return d.tearAt > 0 && d.saves >= d.tearAt }

// gone says that the process that wrote to the disk is to be taken for dead.
func (d *disk) gone() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.torn()
}

func (d *disk) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.saves
}

// start begins an engine on what the disk has.
func start(t *testing.T, provider engine.Provider, d *disk) *engine.Engine {
	t.Helper()
	d.mu.Lock()
	records := maps.Clone(d.records)
	d.mu.Unlock()
	e, err := engine.New(engine.Config{Provider: provider, Save: d.save, Append: d.append, Records: records})
	if err != nil {
		t.Fatal(err)
	}
	d.mu.Lock()
	d.engine = e
	d.mu.Unlock()
	t.Cleanup(func() {
		stop(t, e)
		if d.lost != nil {
			t.Errorf("what is saved is not what the engine has (-engine +saved): %v", d.lost)
		}
	})
	return e
}

func stop(t *testing.T, e *engine.Engine) {
	t.Helper()
	if err := e.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}

// waitFor waits until a stack fits.
func waitFor(t *testing.T, e *engine.Engine, stack string, fits func(*engine.Stack) bool) {
	t.Helper()
	last := "not there"
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Microsecond) {
		found := false
		e.View(here, stack, func(s *engine.Stack) { found, last = fits(s), s.Status })
		if found {
			return
		}
	}
	t.Fatalf("stack %s is %s at last", stack, last)
}

// end waits for the end of the operation and returns the status.
func end(t *testing.T, e *engine.Engine, stack string) (status string) {
	t.Helper()
	waitFor(t, e, stack, func(s *engine.Stack) bool {
		status = s.Status
		return s.Operation == nil
	})
	return status
}

// wantHeld compares what the provider has of a stack with what the stack says, and that with what
// its template says.
func wantHeld(t *testing.T, e *engine.Engine, provider *enginetest.Provider, stack string) {
	t.Helper()
	var next *engine.Template
	said := map[string]string{}
	e.View(here, stack, func(s *engine.Stack) {
		if !s.Deleted() && s.Status != "ROLLBACK_COMPLETE" {
			next = s.Template
		}
		for _, r := range s.Resources {
			said[r.LogicalID+" "+r.PhysicalID] = jsonOf(t, r.Properties)
		}
	})
	held := map[string]string{}
	for key, properties := range provider.Held(stack) {
		held[key] = jsonOf(t, properties)
	}
	if diff := cmp.Diff(said, held); diff != "" {
		t.Errorf("what the stack says and what there is (-stack +provider):\n%s", diff)
	}
	template := map[string]string{}
	if next != nil {
		evaluated, err := provider.Evaluate(t.Context(), engine.Operation{ID: "check", Next: next})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range evaluated.Resources {
			template[r.LogicalID+" "+r.PhysicalID] = jsonOf(t, r.Properties)
		}
	}
	if diff := cmp.Diff(template, held); diff != "" {
		t.Errorf("what the template says and what there is (-template +provider):\n%s", diff)
	}
}

func jsonOf(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// resources is a template with resources.
func resources(all ...string) string { return `{"Resources": {` + strings.Join(all, ",") + `}}` }

func topic(id, properties string) string {
	return `"` + id + `": {"Type": "AWS::SNS::Topic", "Properties": {` + properties + `}}`
}

func parameter(id, value string) string {
	return `"` + id + `": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": ` + value + `}}`
}
