package reach

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	secretstypes "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"cognito-m2m/internal/standing"
	"cognito-m2m/naming"
)

// Previous is the secret that the last rotation replaced and that Cognito still accepts; nil if
// there is none. It reads the secret's value, to know which secret is the current one, and takes
// only an older one for the previous: a newer one is of a rotation that has begun meanwhile or was
// given up. It refuses to guess: with a rotation unfinished, or a value that belongs to no secret
// of the client, it fails; without an app client with a *Refusal.
func (t *Target) Previous(ctx context.Context, name string) (*LiveSecret, error) {
	c, err := t.Client(ctx, name)
	switch {
	case err != nil:
		return nil, err
	case c.State == AppClientGone:
		return nil, &Refusal{Reason: NoAppClient}
	case c.PendingVersion != "":
		return nil, unfinished(name)
	}
	stored, err := t.Credentials(name).Credentials(ctx)
	if err != nil {
		return nil, err
	}
	s, err := t.standing(ctx, c)
	if err != nil {
		return nil, err
	}
	at := c.place(stored.ClientSecretID)
	if at < 0 || len(c.Secrets) > 1 && s.InUse != stored.ClientSecretID || stored.ClientID != c.ID {
		return nil, notCurrent(c)
	}
	if at == 0 || !c.Secrets[at-1].Created.Before(c.Secrets[at].Created) {
		return nil, nil //nolint:nilnil // there is none
	}
	return &c.Secrets[at-1], nil
}

// Spare is the secret that the next rotation has to delete, nil if there is only one: of two, the
// one that is not in use. Where the labels do not tell that, it refuses to guess, and fails.
func (t *Target) Spare(ctx context.Context, name string) (*LiveSecret, error) {
	c, err := t.Client(ctx, name)
	if err != nil {
		return nil, err
	}
	if c.PendingVersion != "" {
		return nil, unfinished(name)
	}
	if len(c.Secrets) < 2 {
		return nil, nil //nolint:nilnil // there is none
	}
	s, err := t.standing(ctx, c)
	if err != nil {
		return nil, err
	}
	inUse := c.place(s.InUse)
	if inUse < 0 {
		return nil, notCurrent(c)
	}
	return &c.Secrets[1-inUse], nil
}

// place is that of a secret among the client's, -1 if it is none of them.
func (c *Client) place(id string) int {
	return slices.IndexFunc(c.Secrets, func(s LiveSecret) bool { return s.ID == id })
}

// standing reads the labelled versions, to tell which secret callers use.
func (t *Target) standing(ctx context.Context, c *Client) (s standing.Standing, err error) {
	now, err := t.labelled(ctx, c.Name, naming.CurrentLabel)
	if err != nil {
		return s, err
	}
	before, err := t.labelled(ctx, c.Name, naming.PreviousLabel)
	of := standing.Client{ID: c.ID, RotatedAt: c.RotatedAt}
	for _, secret := range c.Secrets {
		of.Secrets = append(of.Secrets, standing.Secret(secret))
	}
	return standing.Of(of, now, before), err
}

func (t *Target) labelled(ctx context.Context, name, label string) (v standing.Value, err error) {
	id := t.secretID(name)
	answer, err := t.secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &id, VersionStage: &label})
	if _, missing := errors.AsType[*secretstypes.ResourceNotFoundException](err); missing {
		return v, nil
	}
	if err != nil {
		return v, t.secretFailure(ctx, name, err)
	}
	v = standing.Read([]byte(aws.ToString(answer.SecretString)), aws.ToTime(answer.CreatedDate))
	if label == naming.PreviousLabel && slices.Contains(answer.VersionStages, naming.UndecidedLabel) {
		v = v.Disputed()
	}
	return v, nil
}

func notCurrent(c *Client) error {
	return &Error{Problem: NotCurrent, Subject: c.Name, text: fmt.Sprintf("the credentials of %s in Secrets Manager belong to no secret of its app client %s", c.Name, c.ID)}
}

// Revoke deletes a secret of a client, at once and for good: no more tokens are issued for it.
// Tokens that were issued stay valid until they expire. While a rotation is unfinished it fails,
// because that rotation counts on both secrets.
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
		return unfinished(name)
	}
	_, err = t.pools.DeleteUserPoolClientSecret(ctx, &cognitoidentityprovider.DeleteUserPoolClientSecretInput{
		UserPoolId: &pool, ClientId: &s.clientID, ClientSecretId: &revoked.ID,
	})
	if err != nil {
		return t.failure(fmt.Sprintf("the app client of %s (%s)", name, s.clientID), err)
	}
	return nil
}

// unfinished is the error of a client with a rotation unfinished.
func unfinished(name string) error {
	return &Error{Problem: Unfinished, Subject: name, text: fmt.Sprintf("a rotation of %s is unfinished, so it is not decided which secret is the previous one", name)}
}
