package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cognito-m2m/client"
	"cognito-m2m/naming"
)

// The steps of a rotation, in their order.
const (
	stepCreate = "createSecret"
	stepSet    = "setSecret"
	stepTest   = "testSecret"
	stepFinish = "finishSecret"
)

// addAttempts bounds how often room is made for a new secret, in case someone else keeps adding
// one.
const addAttempts = 4

// errStored says that an earlier run of the step has stored a value, which was not found at first.
var errStored = errors.New("the pending version already has its value")

// createSecret gives the client a new secret and stores it under AWSPENDING. Everything that can be
// wrong with the client or the pool is found before there is a new secret.
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
	if errors.Is(err, errStored) {
		if pending, err = r.pendingSoon(ctx, rot); err == nil {
			return r.keepPending(ctx, rot, pending)
		}
	}
	if err != nil {
		return "", err
	}
	// Store the new secret at once: a crash here leaves a secret whose value is lost, and the next
	// run deletes it.
	value.RotatedAt = r.now().UTC()
	if err := r.secrets.put(ctx, rot, value); err != nil {
		return "", err
	}
	return "created", nil
}

// keepPending is for a step that has run before: its value can stay if the client still has the
// secret.
func (r *rotator) keepPending(ctx context.Context, rot *rotation, pending client.Credentials) (outcome string, err error) {
	r.backoff.eventually(ctx, func() bool {
		var live liveSecrets
		live, err = r.pool.secrets(ctx, rot.clientID)
		there := live.find(pending.ClientSecretID) != nil
		if err == nil && !there {
			err = errSecretGone
			return false
		}
		return true
	})
	return "kept", err
}

var errSecretGone = newStuck("the app client no longer has the secret of the pending version")

// describeClient returns the value of a new version, without the secret itself.
func (r *rotator) describeClient(ctx context.Context, rot *rotation) (client.Credentials, error) {
	scopes, err := r.ownScopes(ctx, rot)
	if err != nil {
		return client.Credentials{}, err
	}
	if len(scopes) == 0 {
		return client.Credentials{}, stopped{"app client " + rot.clientID + " has no scope, so it can't get a token", "give it a scope, then resume the rotation"}
	}
	endpoints, issuer, err := r.pool.addresses(ctx)
	if err != nil {
		return client.Credentials{}, err
	}
	return client.Credentials{ClientID: rot.clientID, TokenEndpoint: endpoints[0], Scopes: scopes, Issuer: issuer}, nil
}

// addSecret makes room and adds a secret. Both are tried again together: if an answer is lost, the
// SDK repeats the call, and the secret that the first call made is then one too many.
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
		"the app client has two secrets again each time one is deleted",
		"find out who else adds secrets to this app client, then resume the rotation",
	}
}

// setSecret does nothing: Cognito made the secret, so it knows it.
func (r *rotator) setSecret(context.Context, *rotation) (string, error) { return "nothing to do", nil }

// testSecret gets a token with the pending secret, as its callers will. A pending version without a
// value is the temporary one of RotateSecret with RotateImmediately=false, which asks whether a
// rotation would work: the step then reads all that a rotation reads, and changes nothing.
func (r *rotator) testSecret(ctx context.Context, rot *rotation) (string, error) {
	pending, err := r.pendingSoon(ctx, rot)
	if errors.Is(err, errNoValue) {
		return r.testConfiguration(ctx, rot)
	}
	if err != nil {
		return "", err
	}
	if err := r.try(ctx, pending); err != nil {
		return "", err
	}
	return "tested", nil
}

// try gets a token with the credentials, and only from the user pool's own endpoint: the value may
// have been written by someone else, and any endpoint can return what looks like a token. Of two
// domains it uses the prefix domain, the last: both know the same secrets, and a new custom domain
// takes up to 15 minutes to answer, longer than a step has.
func (r *rotator) try(ctx context.Context, credentials client.Credentials) error {
	own, _, err := r.pool.addresses(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(own, credentials.TokenEndpoint) {
		return newStuck("the pending version's token_endpoint does not belong to user pool " + r.pool.id)
	}
	credentials.TokenEndpoint = own[len(own)-1]
	return r.tokens.try(ctx, credentials)
}

func (r *rotator) testConfiguration(ctx context.Context, rot *rotation) (string, error) {
	if _, err := r.describeClient(ctx, rot); err != nil {
		return "", err
	}
	if _, err := r.pool.secrets(ctx, rot.clientID); err != nil {
		return "", err
	}
	return "configuration tested", nil
}

// finishSecret gets a token with the pending secret, whatever the step before has found. It then
// deletes what is neither pending nor in use: in the first rotation that is the secret that Cognito
// made with the client. Last, it makes the pending version the current one. In the opposite order,
// a crash in between would leave that secret for good: once a version is AWSCURRENT, no step looks
// at it again.
func (r *rotator) finishSecret(ctx context.Context, rot *rotation) (string, error) {
	pending, err := r.pendingSoon(ctx, rot)
	if errors.Is(err, errNoValue) {
		return "", newStuck("the pending version has no value")
	}
	if err != nil {
		return "", err
	}
	if _, err := r.ownScopes(ctx, rot); err != nil {
		return "", err
	}
	secrets, err := r.inUse(ctx, rot, pending.ClientSecretID)
	if err != nil {
		return "", err
	}
	if secrets.live.find(pending.ClientSecretID) == nil {
		return "", errSecretGone
	}
	if err := r.try(ctx, pending); err != nil {
		return "", err
	}
	if err := r.deleteUnused(ctx, rot, secrets, pending.ClientSecretID); err != nil {
		return "", err
	}
	if err := r.promote(ctx, rot); err != nil {
		return "", err
	}
	r.releasePending(ctx, rot)
	r.decided(ctx, rot)
	return "finished", nil
}

// deleteUnused deletes what is neither pending nor in use. As long as that is undecided, nothing
// needs to be deleted: in the next rotation the pending secret is current and the other one is
// previous.
func (r *rotator) deleteUnused(ctx context.Context, rot *rotation, s secretsInUse, pending string) error {
	if s.Undecided {
		return nil
	}
	for _, secret := range s.live {
		if secret.ID == pending || secret.ID == s.InUse {
			continue
		}
		if err := r.pool.deleteSecret(ctx, rot.clientID, secret.ID); err != nil {
			return err
		}
	}
	return nil
}

// releasePending removes AWSPENDING from the version that has become current. If it stayed and
// someone moved AWSCURRENT, it would block the next rotation: Secrets Manager takes a pending
// version that is not current for a rotation under way. This rotation itself is done, so a failure
// here is only logged.
func (r *rotator) releasePending(ctx context.Context, rot *rotation) {
	if rot.Step != stepFinish || !slices.Contains(rot.labels, naming.PendingLabel) {
		return
	}
	if err := r.secrets.unlabel(ctx, rot, naming.PendingLabel, rot.ClientRequestToken); err != nil {
		r.log.WarnContext(ctx, "AWSPENDING stays on the current version", "secret", rot.name, "versionId", rot.ClientRequestToken, "error", err.Error())
	}
}

// decided removes the label that an undecided rotation has left. On a version that is no longer
// current it says nothing, but it would keep that version for ever.
func (r *rotator) decided(ctx context.Context, rot *rotation) {
	if rot.undecided == "" {
		return
	}
	if err := r.secrets.unlabel(ctx, rot, naming.UndecidedLabel, rot.undecided); err != nil {
		r.log.WarnContext(ctx, naming.UndecidedLabel+" stays", "secret", rot.name, "versionId", rot.undecided, "error", err.Error())
	}
}

// promote moves AWSCURRENT. It looks again before it believes a refusal: the SDK may have repeated
// a call that had succeeded and whose answer was lost, or the version may not be found yet.
func (r *rotator) promote(ctx context.Context, rot *rotation) (refused error) {
	r.backoff.eventually(ctx, func() bool {
		refused = r.secrets.promote(ctx, rot)
		if refused == nil {
			return true
		}
		after := &rotation{event: rot.event}
		if err := r.secrets.describe(ctx, after); err == nil && after.current == rot.ClientRequestToken {
			refused = nil
		}
		// Someone else has moved it, so this rotation must not: what it deleted may differ from
		// what they rely on.
		movedOn := after.current != rot.current
		return refused == nil || movedOn || !slices.Contains(refusedMoves, codeOf(refused))
	})
	return refused
}

// refusedMoves are the errors of Secrets Manager for a label or a version that it does not find.
var refusedMoves = []string{codeNotFound, "InvalidParameterException", "InvalidRequestException"}

// pendingSoon is pending, for a step after the one that stored the value.
func (r *rotator) pendingSoon(ctx context.Context, rot *rotation) (credentials client.Credentials, err error) {
	r.backoff.eventually(ctx, func() bool {
		credentials, err = r.pending(ctx, rot)
		return !errors.Is(err, errNoValue)
	})
	return credentials, err
}

// pending returns the value of the version that is being made; errNoValue if it has none yet. A
// value of another client can't become current, and can't be rewritten either.
func (r *rotator) pending(ctx context.Context, rot *rotation) (client.Credentials, error) {
	value, _, err := r.secrets.value(ctx, rot, rot.ClientRequestToken)
	if err != nil {
		return client.Credentials{}, err
	}
	credentials, err := client.ParseCredentials(value)
	if err != nil {
		return client.Credentials{}, newStuck("the pending version's value is not a client's credentials")
	}
	if credentials.ClientID != rot.clientID {
		return client.Credentials{}, newStuck(fmt.Sprintf("the pending version is for another app client than the one in the tag %s", naming.ClientIDTag))
	}
	return credentials, nil
}
