package redacted

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// Mark is what is shown in place of a secret.
const Mark = "[redacted]"

// Text is a secret text. Printed with any verb, or logged as a value of its own, it shows as
// "[redacted]". JSON marshals the true value, because that is what state files and secret stores
// keep: do not log a struct that holds a Text as JSON. Convert it with string(text) where the text
// itself is needed.
type Text string

// String returns "[redacted]".
func (Text) String() string { return Mark }

// GoString returns "[redacted]", so that %#v is safe as well.
func (Text) GoString() string { return Mark }

// Format writes "[redacted]" for every verb, among them %x and %q which would go around String.
func (Text) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, Mark) }

// LogValue returns "[redacted]" to slog.
func (Text) LogValue() slog.Value { return slog.StringValue(Mark) }

// Equal compares in constant time, so that the time taken says nothing about either text.
func (t Text) Equal(other Text) bool {
	return subtle.ConstantTimeCompare([]byte(t), []byte(other)) == 1
}
