package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cognito-m2m/internal/standing"
)

// secretsInUse are the client's live secrets, and which of them its callers use.
type secretsInUse struct {
	standing.Standing

	live liveSecrets
}

// of is the client whose secrets they are.
func (s secretsInUse) of(rot *rotation) standing.Client {
	return standing.Client{ID: rot.clientID, Secrets: s.live, RotatedAt: rot.rotatedAt}
}

// inUse finds out which secrets are in use, once the list of live secrets has the one with the
// given id ("": any list will do). It looks again before it leaves something undecided, since the
// answers may be out of date.
func (r *rotator) inUse(ctx context.Context, rot *rotation, with string) (s secretsInUse, err error) {
	r.backoff.eventually(ctx, func() bool {
		if s, err = r.inUseNow(ctx, rot); err != nil {
			return true
		}
		return !s.Undecided && (with == "" || s.live.find(with) != nil)
	})
	return s, err
}

func (r *rotator) inUseNow(ctx context.Context, rot *rotation) (s secretsInUse, err error) {
	s.live, err = r.pool.secrets(ctx, rot.clientID)
	if err != nil || len(s.live) < 2 { // nothing to decide
		return s, err
	}
	current, err := r.labelled(ctx, rot, rot.current)
	if err != nil {
		return s, err
	}
	previous, err := r.labelled(ctx, rot, rot.previous)
	if rot.previous == rot.undecided {
		previous = previous.Disputed()
	}
	s.Standing = standing.Of(s.of(rot), current, previous)
	return s, err
}

// labelled reads a version with a label. Such a version has a value, so it waits for one that is
// not found: without it, a secret that is in use would look unused.
func (r *rotator) labelled(ctx context.Context, rot *rotation, version string) (v standing.Value, err error) {
	if version == "" {
		return v, nil
	}
	var value []byte
	var created time.Time
	r.backoff.eventually(ctx, func() bool {
		value, created, err = r.secrets.value(ctx, rot, version)
		return !errors.Is(err, errNoValue)
	})
	if errors.Is(err, errNoValue) {
		err = stopped{fmt.Sprintf("Secrets Manager does not find the value of version %s, although it has a label", version), "resume the rotation"}
	}
	if err != nil {
		return v, err
	}
	return standing.Read(value, created), nil
}
