package client

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a client secret. Printed with any verb, or logged as a value of its own, it shows as
// "[redacted]". JSON marshals the true value, because that is what a secret store keeps: do not log a
// struct that holds a Secret as JSON. Convert it with string(secret) where the value itself is needed.
type Secret string

// String returns "[redacted]".
func (Secret) String() string { return redacted }

// GoString returns "[redacted]", so that %#v is safe as well.
func (Secret) GoString() string { return redacted }

// Format writes "[redacted]" for every verb, among them %x and %q which would go around String.
func (Secret) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted) }

// LogValue returns "[redacted]" to slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
