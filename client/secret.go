package client

import "cognito-m2m/internal/redacted"

// Secret is a client secret, a string type. Printed with any verb, or logged as a value of its own,
// it shows as "[redacted]". JSON marshals the true value, because that is what a secret store
// keeps: do not log a struct that holds a Secret as JSON. Convert it with string(secret) where the
// value itself is needed.
type Secret = redacted.Text
