package reach

import (
	"cmp"
	"context"
	"time"

	"cognito-m2m/internal/userpool"
)

// Order is what an operator asks of a rotation. At most one of Resume and Abandon is set.
type Order struct {
	Resume         bool          // run the steps of the unfinished rotation again
	Abandon        bool          // give the unfinished rotation up, if there is one, and start another
	Force          bool          // abandon it even if it may be running
	RevokePrevious bool          // delete the present secret as soon as the new one is current
	Grace          time.Duration // how long the rotation spares the secret that the last one replaced
}

// Reason is why a rotation is refused.
type Reason string

// Why a rotation is refused.
const (
	NoAppClient       Reason = "no-app-client"      // the secret's app client does not exist
	Undecided         Reason = "undecided"          // no label tells which of two secrets callers use, so the rotation stops
	MayBeRunning      Reason = "may-be-running"     // the rotation to give up was at work less than LongestStep ago
	Blocked           Reason = "blocked"            // another rotation is unfinished
	NothingUnfinished Reason = "nothing-unfinished" // there is no rotation to resume
)

// Refusal is the error of a rotation that may not begin, or has stopped. It has no words for a
// person.
type Refusal struct {
	Reason Reason
	Idle   time.Duration // of MayBeRunning and Blocked: since the unfinished rotation touched its secret
}

func (r *Refusal) Error() string { return "rotation refused: " + string(r.Reason) }

// MayRotate is nil if a rotation may begin as ordered, else a *Refusal.
func (c *Client) MayRotate(o Order, now time.Time) error {
	unfinished, idle := c.PendingVersion != "", now.Sub(c.UnfinishedSince)
	switch {
	case c.State == AppClientGone:
		return &Refusal{Reason: NoAppClient}
	case c.State == SecretUndecided:
		return &Refusal{Reason: Undecided}
	case unfinished && o.Abandon && !o.Force && idle < LongestStep:
		return &Refusal{Reason: MayBeRunning, Idle: idle}
	case unfinished && !o.Resume && !o.Abandon:
		return &Refusal{Reason: Blocked, Idle: idle}
	case !unfinished && o.Resume:
		return &Refusal{Reason: NothingUnfinished}
	}
	return nil
}

// NeedsRoom says whether the rotation would spare a secret that callers may still use, and fail,
// unless that secret is deleted first. A rotation that is resumed has made room already, or says
// why it does not.
func (c *Client) NeedsRoom(o Order, now time.Time) bool {
	replaced := c.SpareReplacedAt()
	return !o.Resume && !replaced.IsZero() && now.Sub(replaced) < o.Grace
}

// LastToken is when the last token issued with a secret of the client expires, if the secret is
// deleted now.
func (c *Client) LastToken(now time.Time) time.Time {
	return now.Add(cmp.Or(c.AccessTokenValidity, userpool.LongestValidity))
}

// Plan is a rotation that may begin.
type Plan struct {
	First *LiveSecret // what Begin deletes before the rotation; nil: nothing

	target *Target
	client *Client
	order  Order
}

// PlanRotation checks that a rotation may begin as ordered, without changing anything. c is the
// client as it is now. It fails with a *Refusal if the rotation may not begin.
func (t *Target) PlanRotation(ctx context.Context, c *Client, o Order) (p *Plan, err error) {
	now := time.Now()
	if err := c.MayRotate(o, now); err != nil {
		return nil, err
	}
	if err := t.mayRevoke(ctx, c.Name, o); err != nil {
		return nil, err
	}
	p = &Plan{target: t, client: c, order: o}
	switch {
	case !c.NeedsRoom(o, now):
	case c.PendingVersion != "": // Begin abandons it first, and then decides which secret is spare
		p.First = &c.Secrets[0]
	default:
		p.First, err = p.spare(ctx)
	}
	return p, err
}

// mayRevoke reads the current credentials if a secret is to be deleted after the rotation. The
// value tells which secret to delete, so a missing permission must show before the rotation. A
// value that is empty or can't be understood is not an error: the rotation repairs it.
func (t *Target) mayRevoke(ctx context.Context, name string, o Order) (err error) {
	if o.RevokePrevious {
		_, err = t.Credentials(name).Credentials(ctx)
	}
	if IsProblem(err, NotYetRotated, Unreadable) {
		return nil
	}
	return err
}

// spare is nil where the rotation itself will stop, and say so.
func (p *Plan) spare(ctx context.Context) (*LiveSecret, error) {
	found, err := p.target.Spare(ctx, p.client.Name)
	if IsProblem(err, NotCurrent) {
		return nil, nil //nolint:nilnil // there is none
	}
	return found, err
}

// Begin starts the rotation and returns the version that it makes. deleted is the secret that was
// deleted before, nil if none was; it is set even if the rotation then fails to begin. If the
// rotation to resume has ended since, Begin fails with a *Refusal; if the one to abandon has, with
// an *Error whose problem is Ended.
func (p *Plan) Begin(ctx context.Context) (version string, deleted *LiveSecret, err error) {
	name := p.client.Name
	if p.order.Resume {
		version, err = p.target.Resume(ctx, name)
		if err == nil && version == "" {
			err = &Refusal{Reason: NothingUnfinished}
		}
		return version, nil, err
	}
	if p.order.Abandon && p.client.PendingVersion != "" {
		if err := p.target.Abandon(ctx, name, p.client.PendingVersion); err != nil {
			return "", nil, err
		}
	}
	if deleted, err = p.makeRoom(ctx); err != nil {
		return "", nil, err
	}
	version, err = p.target.Rotate(ctx, name)
	return version, deleted, err
}

func (p *Plan) makeRoom(ctx context.Context) (deleted *LiveSecret, err error) {
	if p.First == nil {
		return nil, nil //nolint:nilnil // there is room
	}
	spare, err := p.spare(ctx)
	if err != nil || spare == nil {
		return nil, err
	}
	return spare, p.target.Revoke(ctx, p.client.Name, *spare)
}

// Patience is how long to watch a rotation unless the operator says otherwise.
func (t *Target) Patience() time.Duration {
	if t.Deployed() {
		return 5 * time.Minute
	}
	return time.Minute
}

// Watch is Target.Watch for at most so long. If the rotation has withdrawn because it would have
// had to guess which secret callers use, Watch fails with a *Refusal.
func (p *Plan) Watch(ctx context.Context, version string, limit time.Duration, labels func([]string)) error {
	watching, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := p.target.Watch(watching, p.client.Name, version, labels)
	if !IsProblem(err, Abandoned) {
		return err
	}
	if now, failed := p.target.Client(ctx, p.client.Name); failed == nil && now.State == SecretUndecided {
		return &Refusal{Reason: Undecided}
	}
	return err
}

// LeftOver is the secret that the rotation which has just ended has replaced and that still works;
// nil if none does, or if another rotation has begun since. No value is read: after a rotation, the
// older of two secrets is the one that it replaced.
func (c *Client) LeftOver() *LiveSecret {
	if c.PendingVersion != "" || len(c.Secrets) < 2 {
		return nil
	}
	return &c.Secrets[0]
}
