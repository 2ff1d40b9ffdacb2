package main

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// writes are those of a stderr, each on its own.
type writes []string

func (w *writes) Write(text []byte) (int, error) {
	*w = append(*w, string(text))
	return len(text), nil
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
		if len(stderr) > 0 {
			t.Errorf("%q did not wait", stderr)
		}
		time.Sleep(lineDelay)
		synctest.Wait()
		fmt.Fprint(s, "later\n")
		s.say("said")
		long := strings.Repeat("x", waitingLines) + "\n"
		fmt.Fprint(s, long)
		if want := []string{lines.String(), "later\nsaid\n", long}; fmt.Sprint(stderr) != fmt.Sprint(want) {
			t.Errorf("the writes are %q, want %q", stderr, want)
		}
	})
}
