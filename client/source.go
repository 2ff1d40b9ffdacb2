package client

import "context"

// Source is where credentials come from. A [TokenSource] asks it once at the start, and again when the
// token endpoint refuses the credentials or the API refuses the token.
type Source interface {
	// Credentials reads the credentials anew; it must not keep them. Its error must not hold a secret.
	Credentials(ctx context.Context) (Credentials, error)
}

// sourceFunc is a function as a Source.
type sourceFunc func(ctx context.Context) (Credentials, error)

func (f sourceFunc) Credentials(ctx context.Context) (Credentials, error) { return f(ctx) }
