package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// writes are those of a stderr, each on its own.
type writes struct {
	mu    sync.Mutex
	texts []string
}

func (w *writes) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.texts = append(w.texts, string(text))
	return len(text), nil
}

func (w *writes) want(t *testing.T, texts ...string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Equal(w.texts, texts) {
		t.Errorf("the writes are %q, want %q", w.texts, texts)
	}
}

// TestLinesGoTogether: those of one moment are one write. What is said comes after them, at once.
func TestLinesGoTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var stderr writes
		s := newSpeech(&stderr)
		var lines strings.Builder
		for i := range 10 {
			line := fmt.Sprintf("line %d\n", i)
			lines.WriteString(line)
			fmt.Fprint(s, line)
		}
		stderr.want(t)
		moment := func() { time.Sleep(lineDelay); synctest.Wait() }
		moment()
		stderr.want(t, lines.String())
		fmt.Fprint(s, "later\n")
		moment()
		stderr.want(t, lines.String(), "later\n")
		fmt.Fprint(s, "before\n")
		s.say("said")
		long := strings.Repeat("x", waitingLines) + "\n"
		fmt.Fprint(s, long)
		stderr.want(t, lines.String(), "later\n", "before\nsaid\n", long)
	})
}
