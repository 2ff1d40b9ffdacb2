package target

import (
	"context"
	"errors"

	"cognito-m2m/client"
)

// Credentials is where the credentials of a client come from: the current value
// of its secret. Before the first rotation has ended, asking it fails with
// client.ErrNotRotated.
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
	if errors.Is(err, client.ErrNotRotated) {
		return client.Credentials{}, &Error{Problem: NotYetRotated, Subject: c.name, text: c.name + " of " + c.target.String() + " is not rotated yet", Err: err}
	}
	if err != nil {
		return client.Credentials{}, c.target.secretFailure(ctx, c.name, err)
	}
	return found, nil
}
