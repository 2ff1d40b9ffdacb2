package reach

import (
	"context"
	"errors"

	"github.com/aws/smithy-go"

	"cognito-m2m/client"
)

// Credentials is where the credentials of a client come from: the current value of its secret.
// Before the first rotation has ended, asking it fails with client.ErrNotRotated; of a value that
// is not a client's credentials, with an *Error whose problem is Unreadable.
func (t *Target) Credentials(name string) client.Source {
	return clientCredentials{target: t, name: name, stored: client.FromSecretsManager(t.secrets, t.secretID(name))}
}

type clientCredentials struct {
	target *Target
	name   string
	stored client.Source
}

// Credentials implements client.Source.
func (c clientCredentials) Credentials(ctx context.Context) (client.Credentials, error) {
	if !clientPattern.MatchString(c.name) {
		return client.Credentials{}, c.target.unknown(ctx, c.name, nil)
	}
	found, err := c.stored.Credentials(ctx)
	if err != nil {
		return client.Credentials{}, c.failure(ctx, err)
	}
	return found, nil
}

func (c clientCredentials) failure(ctx context.Context, err error) error {
	if errors.Is(err, client.ErrNotRotated) {
		return &Error{Problem: NotYetRotated, Subject: c.name, text: c.name + " of " + c.target.String() + " is not rotated yet", Err: err}
	}
	if _, called := errors.AsType[*smithy.OperationError](err); called {
		return c.target.secretFailure(ctx, c.name, err)
	}
	// The call has succeeded, so the value is wrong.
	return &Error{Problem: Unreadable, Subject: c.name, text: "the value of the secret " + c.target.secretID(c.name) + " is not a client's credentials", Err: err}
}
