// Package printable shows things to a person: text that somebody else wrote, and durations.
//
// Names in a template or a token, what a server answers, and what is in a file must not do harm. A
// character that could steer a terminal, start a line of its own, or show text in another order
// than it stands there is written as its escape in JSON, \u001b. All else stays as it is. Use Text
// to put foreign text into a line, and Writer before a terminal, for what was overlooked and for
// what programs write by themselves.
package printable

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Text is a text on one line.
func Text(text string) string {
	if strings.IndexFunc(text, hidden) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		write(&b, r, hidden(r))
	}
	return b.String()
}

// hidden tells whether a character is none to be seen: not a letter, mark, number, punctuation,
// symbol or space. The mark of bytes that are not UTF-8 is one, because some terminals take them
// for what they are.
func hidden(r rune) bool { return !unicode.IsGraphic(r) || r == utf8.RuneError }

// write puts a character into b, or its escape.
func write(b *strings.Builder, r rune, escaped bool) {
	switch {
	case !escaped:
		b.WriteRune(r)
	case r > 0xFFFF:
		high, low := utf16.EncodeRune(r)
		fmt.Fprintf(b, `\u%04x\u%04x`, high, low)
	default:
		fmt.Fprintf(b, `\u%04x`, r)
	}
}

// Writer passes text on to a terminal, with line ends and tabs, and with the characters that Text
// escapes as escapes. JSON stays the same JSON.
func Writer(to io.Writer) io.Writer { return &writer{to: to} }

type writer struct {
	mu   sync.Mutex
	to   io.Writer
	rest []byte // the beginning of a character that the next Write goes on with
}

func (w *writer) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.rest) == 0 && isPlain(text) {
		return w.to.Write(text)
	}
	pending := append(w.rest, text...) //nolint:gocritic // rest is not used again
	var b strings.Builder
	for len(pending) > 0 && utf8.FullRune(pending) {
		r, size := utf8.DecodeRune(pending)
		write(&b, r, hidden(r) && r != '\n' && r != '\t')
		pending = pending[size:]
	}
	w.rest = append([]byte(nil), pending...)
	if _, err := io.WriteString(w.to, b.String()); err != nil {
		return 0, err
	}
	return len(text), nil
}

// isPlain reports whether a text is of ASCII alone and has nothing to escape, as nearly every text.
func isPlain(text []byte) bool {
	for _, c := range text {
		if (c < ' ' || c > '~') && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}
