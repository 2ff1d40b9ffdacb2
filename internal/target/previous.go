package target

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// Previous is the secret that the last rotation replaced and that Cognito still
// accepts; nil if there is none. It reads the secret's value, to know which
// secret is the current one, and takes only an older one for the previous: a
// newer one is of a rotation that has begun meanwhile or was given up. It refuses
// to guess: with a rotation unfinished, or a value that belongs to no secret of
// the client, it fails.
func (t *Target) Previous(ctx context.Context, name string) (*LiveSecret, error) {
	c, err := t.Client(ctx, name)
	if err != nil {
		return nil, err
	}
	if c.PendingVersion != "" {
		return nil, undecided(name)
	}
	stored, err := t.Credentials(name).Credentials(ctx)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(c.Secrets, func(s LiveSecret) bool { return s.ID == stored.ClientSecretID })
	if at < 0 || stored.ClientID != c.ID {
		return nil, &Error{Problem: NotCurrent, Subject: name, text: fmt.Sprintf("the credentials of %s in Secrets Manager are of no secret that its app client %s has", name, c.ID)}
	}
	if at == 0 || !c.Secrets[at-1].Created.Before(c.Secrets[at].Created) {
		return nil, nil //nolint:nilnil // there is none
	}
	return &c.Secrets[at-1], nil
}

// Revoke deletes a secret of a client, at once and for good: no more tokens are
// had with it. Tokens that were had live until they expire. While a rotation is
// unfinished it fails, since that rotation counts on the secrets there are.
func (t *Target) Revoke(ctx context.Context, name string, revoked LiveSecret) error {
	pool, err := t.UserPoolID(ctx)
	if err != nil {
		return err
	}
	s, err := t.describe(ctx, name)
	if err != nil {
		return err
	}
	if s.pending != "" {
		return undecided(name)
	}
	_, err = t.pools.DeleteUserPoolClientSecret(ctx, &cognitoidentityprovider.DeleteUserPoolClientSecretInput{
		UserPoolId: &pool, ClientId: &s.clientID, ClientSecretId: &revoked.ID,
	})
	if err != nil {
		return t.failure(fmt.Sprintf("the app client of %s (%s)", name, s.clientID), err)
	}
	return nil
}

// undecided is the error of a client with a rotation unfinished.
func undecided(name string) error {
	return &Error{Problem: Unfinished, Subject: name, text: fmt.Sprintf("a rotation of %s is unfinished: which secret is the previous one is not decided", name)}
}
