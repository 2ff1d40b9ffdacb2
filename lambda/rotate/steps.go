package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cognito-m2m/client"
)

// addAttempts bounds how often room is made for a secret that somebody or something else takes again.
const addAttempts = 4

// createSecret gives the client a new secret and stores it under AWSPENDING. Everything that can be wrong with the
// client or the pool is found before there is a new secret.
func (r *rotator) createSecret(ctx context.Context, rot *rotation) (string, error) {
	pending, err := r.pending(ctx, rot)
	if err == nil {
		return r.keepPending(ctx, rot, pending)
	}
	if !errors.Is(err, errNoValue) {
		return "", err
	}
	value, err := r.describeClient(ctx, rot)
	if err != nil {
		return "", err
	}
	value.ClientSecretID, value.ClientSecret, err = r.addSecret(ctx, rot)
	if err != nil {
		return "", err
	}
	// Nothing may come between the new secret and its being stored: a crash here leaves a secret that nobody knows,
	// and the next run deletes it.
	value.RotatedAt = r.now().UTC()
	if err := r.secrets.put(ctx, rot, value); err != nil {
		return "", err
	}
	return "created", nil
}

// keepPending is for a step that was run before: its value stands if the client still has the secret.
func (r *rotator) keepPending(ctx context.Context, rot *rotation, pending client.Credentials) (string, error) {
	live, err := r.pool.secretIDs(ctx, rot.clientID)
	if err != nil {
		return "", err
	}
	if !slices.Contains(live, pending.ClientSecretID) {
		return "", newStuck("the app client no longer has the secret of the pending version")
	}
	return "kept", nil
}

// describeClient returns the value of a new version but for the secret itself.
func (r *rotator) describeClient(ctx context.Context, rot *rotation) (client.Credentials, error) {
	scopes, err := r.pool.scopes(ctx, rot.clientID)
	if err != nil {
		return client.Credentials{}, err
	}
	endpoint, issuer, err := r.pool.addresses(ctx)
	if err != nil {
		return client.Credentials{}, err
	}
	return client.Credentials{ClientID: rot.clientID, TokenEndpoint: endpoint, Scopes: scopes, Issuer: issuer}, nil
}

// addSecret makes room and adds a secret. The two are tried again together, because the SDK repeats a call whose
// answer was lost, and the secret that the first call made is then one too many.
func (r *rotator) addSecret(ctx context.Context, rot *rotation) (id string, value client.Secret, err error) {
	for attempt := range addAttempts {
		if attempt > 0 {
			if err := r.backoff.wait(ctx, attempt); err != nil {
				break
			}
		}
		if err := r.makeRoom(ctx, rot); err != nil {
			return "", "", err
		}
		id, value, err = r.pool.addSecret(ctx, rot.clientID)
		if codeOf(err) != codeLimitExceeded {
			return id, value, err
		}
	}
	return "", "", stopped{
		"the app client has two secrets again each time that one is deleted",
		"find out who else adds secrets to this app client, then run the steps again",
	}
}

// makeRoom leaves the client with one secret: the one in use, or without such its oldest, since the last can't be
// deleted.
func (r *rotator) makeRoom(ctx context.Context, rot *rotation) error {
	live, err := r.pool.secretIDs(ctx, rot.clientID)
	if err != nil || len(live) < 2 {
		return err
	}
	keep, err := r.inUse(ctx, rot, live)
	if err != nil {
		return err
	}
	if keep == "" {
		keep = live[0]
	}
	return r.deleteAllBut(ctx, rot, live, keep)
}

// inUse returns the id of the secret that callers may be using: the live one that AWSCURRENT names, or AWSPREVIOUS
// where AWSCURRENT names none. The latter is so when the value was overwritten, by hand or by a template whose
// placeholder changed, while callers still have the one before. "" means that no caller can have any.
func (r *rotator) inUse(ctx context.Context, rot *rotation, live []string) (string, error) {
	for _, version := range []string{rot.current, rot.previous} {
		clientID, secretID, err := r.secrets.names(ctx, rot, version)
		if err != nil {
			return "", err
		}
		if clientID == rot.clientID && slices.Contains(live, secretID) {
			return secretID, nil
		}
	}
	return "", nil
}

func (r *rotator) deleteAllBut(ctx context.Context, rot *rotation, live []string, keep ...string) error {
	for _, id := range live {
		if slices.Contains(keep, id) {
			continue
		}
		if err := r.pool.deleteSecret(ctx, rot.clientID, id); err != nil {
			return err
		}
	}
	return nil
}

// setSecret does nothing: Cognito knows the secret since it made it.
func (r *rotator) setSecret(context.Context, *rotation) (string, error) { return "nothing to do", nil }

// testSecret gets a token with the pending secret, as its callers will. A pending version without a value is the
// temporary one of RotateSecret with RotateImmediately=false, which asks whether a rotation would work: then all that
// a rotation reads is read, and nothing is changed.
func (r *rotator) testSecret(ctx context.Context, rot *rotation) (string, error) {
	pending, err := r.pending(ctx, rot)
	if errors.Is(err, errNoValue) {
		return r.testConfiguration(ctx, rot)
	}
	if err != nil {
		return "", err
	}
	if err := r.tokens.try(ctx, pending); err != nil {
		return "", err
	}
	return "tested", nil
}

func (r *rotator) testConfiguration(ctx context.Context, rot *rotation) (string, error) {
	if _, err := r.describeClient(ctx, rot); err != nil {
		return "", err
	}
	if _, err := r.pool.secretIDs(ctx, rot.clientID); err != nil {
		return "", err
	}
	return "configuration tested", nil
}

// finishSecret deletes what is neither pending nor in use, which after the first rotation is the secret that Cognito
// made with the client, and then makes the pending version the current one. The other way round, a crash in between
// would leave that secret: a version that is AWSCURRENT is never looked at again.
func (r *rotator) finishSecret(ctx context.Context, rot *rotation) (string, error) {
	pending, err := r.pending(ctx, rot)
	if errors.Is(err, errNoValue) {
		return "", newStuck("the pending version has no value")
	}
	if err != nil {
		return "", err
	}
	live, err := r.pool.secretIDs(ctx, rot.clientID)
	if err != nil {
		return "", err
	}
	if !slices.Contains(live, pending.ClientSecretID) {
		return "", newStuck("the app client no longer has the secret of the pending version")
	}
	inUse, err := r.inUse(ctx, rot, live)
	if err != nil {
		return "", err
	}
	if err := r.deleteAllBut(ctx, rot, live, pending.ClientSecretID, inUse); err != nil {
		return "", err
	}
	if err := r.promote(ctx, rot); err != nil {
		return "", err
	}
	r.releasePending(ctx, rot)
	return "finished", nil
}

// releasePending takes AWSPENDING off the version that has become current. Left on, it would be in the way of the
// next rotation as soon as AWSCURRENT moves by another hand: Secrets Manager takes a pending version that is not
// current for a rotation under way. The rotation itself is done, so a failure here is none of it.
func (r *rotator) releasePending(ctx context.Context, rot *rotation) {
	if rot.Step != "finishSecret" || !slices.Contains(rot.labels, labelPending) {
		return
	}
	if err := r.secrets.release(ctx, rot); err != nil {
		r.log.WarnContext(ctx, "AWSPENDING stays on the current version", "secret", rot.name, "versionId", rot.ClientRequestToken, "error", err.Error())
	}
}

// promote moves AWSCURRENT. A refusal may be the answer to the SDK's repetition of a call that did its work and
// whose answer was lost, so it looks again before it believes one.
func (r *rotator) promote(ctx context.Context, rot *rotation) error {
	refused := r.secrets.promote(ctx, rot)
	if refused == nil {
		return nil
	}
	after := &rotation{event: rot.event}
	if err := r.secrets.describe(ctx, after); err == nil && after.current == rot.ClientRequestToken {
		return nil
	}
	return refused
}

// pending returns the value of the version that is being made; errNoValue if it has none yet. A value that is not
// this client's can't become current, and can't be written again either.
func (r *rotator) pending(ctx context.Context, rot *rotation) (client.Credentials, error) {
	value, err := r.secrets.value(ctx, rot, rot.ClientRequestToken)
	if err != nil {
		return client.Credentials{}, err
	}
	credentials, err := client.ParseCredentials(value)
	if err != nil {
		return client.Credentials{}, newStuck("the pending version's value is not a client's credentials")
	}
	if credentials.ClientID != rot.clientID {
		return client.Credentials{}, newStuck(fmt.Sprintf("the pending version is for another app client than the tag %s", client.ClientIDTag))
	}
	return credentials, nil
}
