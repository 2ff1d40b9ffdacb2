package cognito

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a client secret. Printed with any verb, or logged as a value of its own, it shows as
// "[redacted]". JSON marshals the true value, because the file that carries the pool's state from run to
// run needs it: do not hand a struct that holds a Secret to anything that logs as JSON.
type Secret string

// String returns "[redacted]".
func (Secret) String() string { return redacted }

// GoString returns "[redacted]", so that %#v is safe as well.
func (Secret) GoString() string { return redacted }

// Format writes "[redacted]" for every verb, among them %x and %q which would go around String.
func (Secret) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted) }

// LogValue returns "[redacted]" to slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
