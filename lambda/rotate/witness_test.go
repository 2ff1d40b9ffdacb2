package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"testing"
)

// witness collects every log line and error, and every value that none of them may hold.
type witness struct {
	mu     sync.Mutex
	text   bytes.Buffer
	values map[string]bool
}

// newWitness compares the two when the test ends.
func newWitness(t *testing.T) *witness {
	w := &witness{values: map[string]bool{}}
	t.Cleanup(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		text := w.text.String()
		for value := range w.values {
			if strings.Contains(text, value) || strings.Contains(text, base64.StdEncoding.EncodeToString([]byte(value))) {
				t.Errorf("a log line or an error holds a secret, a token or a rotation token:\n%s", text)
				return
			}
		}
	})
	return w
}

func (w *witness) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(line)
}

func (w *witness) sensitive(value string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if value != "" {
		w.values[value] = true
	}
}

// steps are the log lines that this package wrote, decoded.
func (w *witness) steps(t *testing.T) (lines []map[string]any) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for line := range strings.Lines(w.text.String()) {
		var decoded map[string]any
		if json.Unmarshal([]byte(line), &decoded) == nil && decoded["msg"] == "rotation step" {
			lines = append(lines, decoded)
		}
	}
	return lines
}
