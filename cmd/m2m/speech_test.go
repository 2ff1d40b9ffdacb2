package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
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

// TestLinesGoTogether: those of requests and functions of one moment are one write. What is said
// comes after them, at once.
func TestLinesGoTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var stderr writes
		s := newSpeech(&stderr)
		requests := unhurried{s}
		var lines strings.Builder
		for i := range 10 {
			line := fmt.Sprintf("line %d\n", i)
			lines.WriteString(line)
			fmt.Fprint(requests, line)
		}
		stderr.want(t)
		moment := func() { time.Sleep(lineDelay); synctest.Wait() }
		moment()
		stderr.want(t, lines.String())
		fmt.Fprint(requests, "later\n")
		moment()
		stderr.want(t, lines.String(), "later\n")
		fmt.Fprint(requests, "before\n")
		s.say("said")
		long := strings.Repeat("x", waitingLines) + "\n"
		fmt.Fprint(requests, long)
		stderr.want(t, lines.String(), "later\n", "before\nsaid\n", long)
	})
}

// TestShownBeforeTheBody: the lines of `m2m call -v` are on stderr before the body is on stdout.
func TestShownBeforeTheBody(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/test_jwt", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	var stderr writes
	response, err := (&shown{to: newSpeech(&stderr)}).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	got := strings.Join(stderr.texts, "")
	if !strings.HasPrefix(got, "> GET /test_jwt\n") || !strings.Contains(got, "\n< HTTP/1.1 404 Not Found\n") || !strings.HasSuffix(got, "<\n") {
		t.Errorf("before the body stderr has %q", got)
	}
}
