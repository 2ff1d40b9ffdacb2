package secretsmanager

import (
	"crypto/sha256"
	"encoding/hex"

	"cognito-m2m/internal/redacted"
)

// Value is what a version of a secret holds: its text, or base64 of its bytes. It prints and logs
// as "[redacted]"; JSON marshals the true value, because GetSecretValue's answer needs it.
type Value = redacted.Text

// digest distinguishes two values without keeping either; an empty value's is empty.
func digest(v Value) string {
	if v == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(v))
	return hex.EncodeToString(sum[:])
}
