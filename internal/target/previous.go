package target

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// Previous is the secret that the last rotation replaced and that Cognito still
// accepts; nil if there is none. It reads the secret's value, to know which of
// the two is the current one. It refuses to guess: with a rotation unfinished,
// or a value that belongs to no secret of the client, it fails.
func (t *Target) Previous(ctx context.Context, name string) (*LiveSecret, error) {
	c, err := t.Client(ctx, name)
	if err != nil {
		return nil, err
	}
	if c.PendingVersion != "" {
		return nil, &Error{Problem: Unfinished, Subject: name, text: fmt.Sprintf("a rotation of %s is unfinished: which secret is the previous one is not decided", name)}
	}
	stored, err := t.Credentials(name).Credentials(ctx)
	if err != nil {
		return nil, err
	}
	var previous *LiveSecret
	found := false
	for i, live := range c.Secrets {
		if live.ID == stored.ClientSecretID {
			found = true
		} else {
			previous = &c.Secrets[i]
		}
	}
	if !found || stored.ClientID != c.ID {
		return nil, &Error{Problem: NotCurrent, Subject: name, text: fmt.Sprintf("the credentials of %s in Secrets Manager are of no secret that its app client %s has", name, c.ID)}
	}
	return previous, nil
}

// Revoke deletes a secret of a client, at once and for good: no more tokens are
// had with it. Tokens that were had live until they expire.
func (t *Target) Revoke(ctx context.Context, name string, revoked LiveSecret) error {
	pool, err := t.userPoolID(ctx)
	if err != nil {
		return err
	}
	s, err := t.describe(ctx, name)
	if err != nil {
		return err
	}
	_, err = t.pools.DeleteUserPoolClientSecret(ctx, &cognitoidentityprovider.DeleteUserPoolClientSecretInput{
		UserPoolId: &pool, ClientId: &s.clientID, ClientSecretId: &revoked.ID,
	})
	if err != nil {
		return t.failure(fmt.Sprintf("the app client of %s (%s)", name, s.clientID), err)
	}
	return nil
}
