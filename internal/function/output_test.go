package function_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"cognito-m2m/internal/function"
)

// census counts what is written to it and notes what is no whole line.
type census struct {
	mu    sync.Mutex
	total int
	lines int
	wrong []string
}

func (c *census) Write(line []byte) (int, error) {
	if !c.mu.TryLock() {
		panic("two writes at a time")
	}
	defer c.mu.Unlock()
	c.total += len(line)
	c.lines++
	text := strings.TrimSuffix(string(line), "\n")
	whole := text == "0123456789abcde" || text == strings.Repeat("e", len(text))
	if !whole || len(text) == len(line) || len(text) > 64<<10 {
		c.wrong = append(c.wrong, text[:min(len(text), 80)])
	}
	return len(line), nil
}

func TestFloodOfOutput(t *testing.T) {
	t.Parallel()
	const size, shortLine = 8 << 20, 16
	var got census
	f := newFunction(t, "script", function.Config{Output: &got})
	order(t, f, `{"do":"flood","size":8388608}`)
	if err := f.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got.wrong != nil {
		t.Errorf("no whole lines: %q", got.wrong)
	}
	if extra := size / (64 << 10); got.total != 2*size+extra {
		t.Errorf("bytes = %d, want %d and %d newlines", got.total, 2*size, extra)
	}
	if got.lines < size/shortLine {
		t.Errorf("lines = %d, want one Write for each", got.lines)
	}
}

func TestOutputOfConcurrentProcessesStaysApart(t *testing.T) {
	t.Parallel()
	var got census
	f := newFunction(t, "script", function.Config{Output: &got})
	var flooding sync.WaitGroup
	for range 3 {
		flooding.Go(func() {
			if _, err := call(f, []byte(`{"do":"flood","size":1048576}`)); err != nil {
				t.Error(err)
			}
		})
	}
	flooding.Wait()
	if err := f.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got.wrong != nil {
		t.Errorf("no whole lines: %q", got.wrong)
	}
}

// brokenWriter fails always, as a closed terminal does.
type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) {
	return 0, bytes.ErrTooLarge
}

func TestOutputThatNobodyTakesDoesNotStopFunction(t *testing.T) {
	t.Parallel()
	f := newFunction(t, "script", function.Config{Output: brokenWriter{}})
	order(t, f, `{"do":"flood","size":1048576}`)
}
