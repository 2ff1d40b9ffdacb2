package secretsmanager

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Value is what a version of a secret holds: its text, or base64 of its bytes. Printed with any verb, or
// logged as a value of its own, it shows as "[redacted]". JSON marshals the true value, because the state
// and GetSecretValue's answer need it: do not hand a struct that holds a Value to anything that logs as JSON.
type Value string

// String returns "[redacted]".
func (Value) String() string { return redacted }

// GoString returns "[redacted]", so that %#v is safe as well.
func (Value) GoString() string { return redacted }

// Format writes "[redacted]" for every verb, among them %x and %q which would go around String.
func (Value) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted) }

// LogValue returns "[redacted]" to slog.
func (Value) LogValue() slog.Value { return slog.StringValue(redacted) }

func (v Value) equals(other Value) bool {
	return subtle.ConstantTimeCompare([]byte(v), []byte(other)) == 1
}

// digest tells two values apart without keeping either; an empty value's is empty.
func (v Value) digest() string {
	if v == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(v))
	return hex.EncodeToString(sum[:])
}
