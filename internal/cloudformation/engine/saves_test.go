package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/cloudformation/engine/enginetest"
)

// creation makes a stack of so many resources. It returns how many bytes were saved, and how often.
func creation(tb testing.TB, count int) (saved, saves int) {
	tb.Helper()
	var all []string
	for i := range count {
		all = append(all, parameter(fmt.Sprintf("P%03d", i), `"`+strings.Repeat("x", 600)+`"`))
	}
	save := func(_ string, record []byte) error {
		saved, saves = saved+len(record), saves+1
		return nil
	}
	e, err := engine.New(engine.Config{
		Provider: enginetest.New(), Save: save, Append: save,
		Object: func(context.Context, string) ([]byte, error) { return []byte(resources(all...)), nil },
	})
	if err != nil {
		tb.Fatal(err)
	}
	id, err := e.CreateStack(tb.Context(), here, engine.Input{StackName: "app", URL: "https://bucket.example/template"})
	if err != nil {
		tb.Fatal(err)
	}
	for over := false; !over; time.Sleep(time.Millisecond) {
		e.View(here, id, func(s *engine.Stack) { over = s.Operation == nil })
	}
	if err := e.Close(context.WithoutCancel(tb.Context())); err != nil {
		tb.Fatal(err)
	}
	return saved, saves
}

// TestWhatACreationSaves grows with the resources, and not with their square.
func TestWhatACreationSaves(t *testing.T) {
	t.Parallel()
	few, _ := creation(t, 100)
	many, saves := creation(t, 400)
	if many > 6*few || saves < 800 {
		t.Errorf("100 resources save %d bytes, and 400 %d in %d saves", few, many, saves)
	}
}

func BenchmarkCreation(b *testing.B) {
	for _, count := range []int{100, 400} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			total := 0
			for b.Loop() {
				saved, _ := creation(b, count)
				total += saved
			}
			b.ReportMetric(float64(total)/float64(b.N)/1e6, "MB-saved/op")
		})
	}
}

// changed is a record with changes after it, and the lines of these.
func changed(t *testing.T) (whole []byte, changes [][]byte) {
	t.Helper()
	d := newDisk()
	e := start(t, enginetest.New(), d)
	id, err := create(t, e, small)
	if err != nil {
		t.Fatal(err)
	}
	end(t, e, id)
	d.mu.Lock()
	defer d.mu.Unlock()
	all, lines, _ := bytes.Cut(d.records[id], []byte("{\"Changes\":true}\n"))
	changes = bytes.SplitAfter(lines, []byte("\n"))
	if len(changes) < 8 {
		t.Fatalf("the record has %d changes: nothing is seen", len(changes))
	}
	return d.records[id][:len(all)+len("{\"Changes\":true}\n")], changes[:len(changes)-1]
}

// TestAChangeThatWasCutOff is none, and what was there before it counts. Anything else that can't
// be read is an error, which names the stack.
func TestAChangeThatWasCutOff(t *testing.T) {
	t.Parallel()
	whole, changes := changed(t)
	for i, line := range changes {
		before := bytes.Join(append([][]byte{whole}, changes[:i]...), nil)
		want, err := engine.Replayed(before)
		if err != nil {
			t.Fatal(err)
		}
		for cut := range line {
			if got, err := engine.Replayed(append(bytes.Clone(before), line[:cut]...)); got != want || err != nil {
				t.Fatalf("of change %d, %d bytes are there: %v", i, cut, err)
			}
		}
	}
	for name, record := range map[string][]byte{
		"cut off in the whole":      whole[:len(whole)/2],
		"a change that is none":     bytes.Join([][]byte{whole, changes[0], []byte("sesame\n"), changes[1]}, nil),
		"a change that is left out": bytes.Join(append([][]byte{whole}, changes[len(changes)/2:]...), nil),
		"two changes in one line":   bytes.Join([][]byte{whole, bytes.TrimSpace(changes[0]), changes[1], changes[2]}, nil),
	} {
		id := "arn:aws:cloudformation:eu-west-1:123456789012:stack/app/1"
		_, err := engine.New(engine.Config{Provider: enginetest.New(), Save: newDisk().save, Records: map[string][]byte{id: record}})
		unusable, ok := errors.AsType[*engine.RecordError](err)
		if !ok || unusable.StackID != id || strings.Contains(err.Error(), "sesame") || strings.Contains(err.Error(), "another stack") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestARecordOfBefore has no line that ends it, and no change.
func TestARecordOfBefore(t *testing.T) {
	t.Parallel()
	whole, changes := changed(t)
	before := bytes.TrimSuffix(whole, []byte("{\"Changes\":true}\n"))
	want, err := engine.Replayed(whole)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := engine.Replayed(before); got != want || err != nil || len(changes) == 0 {
		t.Errorf("it is read as %s, %v", got, err)
	}
}
