package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"cognito-m2m/internal/standing"
	"cognito-m2m/naming"
)

// makeRoom leaves the client with one secret: the one in use or, if none is, the oldest, since the
// last secret can't be deleted. The rotation withdraws where the choice would be a guess, and where
// callers have had little time to stop using the secret that would be deleted.
func (r *rotator) makeRoom(ctx context.Context, rot *rotation) error {
	s, err := r.inUse(ctx, rot, "")
	if err != nil || len(s.live) < 2 {
		return err
	}
	if s.Undecided {
		return r.withdrawUndecided(ctx, rot)
	}
	keep := cmp.Or(s.InUse, s.live[0].ID)
	for _, secret := range s.live {
		if secret.ID == keep {
			continue
		}
		if err := r.mayGo(ctx, rot, s, secret); err != nil {
			return err
		}
		if err := r.pool.deleteSecret(ctx, rot.clientID, secret.ID); err != nil {
			return err
		}
	}
	return nil
}

// mayGo returns nil if a secret that is not in use may be deleted now, and otherwise why not yet.
func (r *rotator) mayGo(ctx context.Context, rot *rotation, s secretsInUse, secret standing.Secret) error {
	if s.WasCurrent(s.of(rot), secret) {
		until := s.ReplacedAt.Add(r.graceOf(rot))
		if s.InUse == "" || !r.now().Before(until) {
			return nil
		}
		return r.withdraw(ctx, rot, stopped{
			fmt.Sprintf("the secret that this rotation would delete was replaced at %s, and callers may still use it: no rotation before %s",
				s.ReplacedAt.UTC().Format(time.RFC3339), until.UTC().Format(time.RFC3339)),
			"wait until then, or delete the secret now",
		})
	}
	// It may be the one that an earlier run of this step has stored.
	if _, err := r.pendingSoon(ctx, rot); !errors.Is(err, errNoValue) {
		return cmp.Or(err, errStored)
	}
	return nil
}

// graceOf is how long a secret is spared after it was replaced.
func (r *rotator) graceOf(rot *rotation) time.Duration {
	if r.grace != nil {
		return *r.grace
	}
	return standing.Grace(rot.everyDays)
}

// graceIn reads the variable GRACE_HOURS; nil without one.
func graceIn(hours string) (*time.Duration, error) {
	if hours == "" {
		return nil, nil //nolint:nilnil // nothing is set
	}
	n, err := strconv.ParseUint(hours, 10, 16)
	if err != nil {
		return nil, stopped{naming.GraceHoursVariable + " is not a whole number of hours", "set it to one, or remove it"}
	}
	return new(time.Duration(n) * time.Hour), nil
}

// withdrawUndecided leaves a label, from which m2m clients knows what to advise.
func (r *rotator) withdrawUndecided(ctx context.Context, rot *rotation) error {
	if err := r.secrets.markUndecided(ctx, rot); err != nil {
		return err
	}
	return r.withdraw(ctx, rot, stopped{
		"the app client has two secrets, and the value in use, written by hand, names neither: deleting one would be a guess",
		"add client_secret_id to the value, or delete the unused secret, then rotate again",
	})
}

// withdraw removes AWSPENDING from the event's version, which has no value, so that another
// rotation can start.
func (r *rotator) withdraw(ctx context.Context, rot *rotation, why stopped) error {
	if err := r.secrets.unlabel(ctx, rot, naming.PendingLabel, rot.ClientRequestToken); err != nil {
		r.log.WarnContext(ctx, "AWSPENDING stays on a version without a value", "secret", rot.name, "versionId", rot.ClientRequestToken, "error", err.Error())
		return why
	}
	return withdrawn{why}
}
