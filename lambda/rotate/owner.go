package main

import (
	"context"
	"errors"
	"fmt"

	"cognito-m2m/naming"
)

// ownScopes returns the scopes of the app client that the secret is for. The tag alone must not
// decide which client that is. The function can add a secret to any app client, so someone who may
// read one secret could change its tag and get the secret of another client. The secret's name
// can't be changed, and the app client of a stack has the same name. A new app client, or tag, may
// not be found at once.
func (r *rotator) ownScopes(ctx context.Context, rot *rotation) (scopes []string, err error) {
	r.backoff.eventually(ctx, func() bool {
		var name string
		name, scopes, err = r.pool.client(ctx, rot.clientID)
		if err == nil && !isNamed(rot.name, name) {
			err = anothersClient{stopped{
				fmt.Sprintf("the secret's tag %s names the app client %s, which is called %q and so does not belong to this secret", naming.ClientIDTag, rot.clientID, name),
				"find out who changed the tag, then deploy the stack again, which restores it",
			}}
		}
		if !errors.As(err, new(anothersClient)) && !errors.As(err, new(unknownClient)) {
			return true
		}
		again := &rotation{event: rot.event}
		if failed := r.secrets.describe(ctx, again); failed == nil && again.clientID != "" {
			rot.clientID = again.clientID
		}
		return false
	})
	return scopes, err
}

// anothersClient is the app client of another secret.
type anothersClient struct{ stopped }

// isNamed says whether a secret is that of the client of a name.
func isNamed(secret, clientName string) bool {
	_, name, ok := naming.ParseSecret(secret)
	return ok && name == clientName
}
