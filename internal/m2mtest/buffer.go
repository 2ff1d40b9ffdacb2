package m2mtest

import (
	"strings"
	"sync"
)

// Buffer keeps what is written to it. It may be read meanwhile, as the output of a process that
// runs.
type Buffer struct {
	// Most is how many bytes of the end are kept; 0 keeps all.
	Most int

	mu   sync.Mutex
	text []byte
}

// Write never fails.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = append(b.text, p...)
	if b.Most > 0 {
		b.text = b.text[max(0, len(b.text)-b.Most):]
	}
	return len(p), nil
}

// String is what was written.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.text)
}

// Take is what was written since the last Take.
func (b *Buffer) Take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	text := string(b.text)
	b.text = nil
	return text
}

// Lines is what was written, a string per line, without the line breaks. Nothing written is one
// empty line.
func (b *Buffer) Lines() []string {
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}
