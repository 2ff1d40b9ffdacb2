package client

import "context"

// Source is where credentials come from. A [TokenSource] asks it once at the start, and again when
// the token endpoint refuses the credentials or the API refuses the token.
type Source interface {
	// Credentials reads the credentials anew; it must not keep them. Its error must not contain a
	// secret. It has half a minute: a call that goes on after ctx has ended is left behind, so
	// another call can begin before it returns.
	Credentials(ctx context.Context) (Credentials, error)
}

// namedSource is a Source that says where it reads.
type namedSource struct {
	name string
	read func(ctx context.Context) (Credentials, error)
}

func (s namedSource) Credentials(ctx context.Context) (Credentials, error) { return s.read(ctx) }

func (s namedSource) String() string { return s.name }
