package secretsmanager

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/google/uuid"

	"cognito-m2m/naming"
)

// Settle is SettleEach with one error, which joins those of the secrets.
func (s *Store) Settle(ctx context.Context) error {
	var failures []error
	if err := s.SettleEach(ctx, func(err error, _ int) { failures = append(failures, err) }); err != nil {
		return err
	}
	return errors.Join(failures...)
}

// SettleEach does what a deployment of the template starts, and waits for it: it takes up rotations
// that did not end in the run before, with the same token and from the first step, and rotates
// every secret whose schedule is new or changed since it was last applied. A secret that needs
// neither is left alone. All rotations begin at once, and run their steps in turn. ended is called
// for each of these secrets, one call at a time, when it needs no rotation any more, or with its
// *RotationError, or with ErrClosed or ctx's error; left is how many are still to come. When ctx
// ends, the rotations that it began end, too, and it returns ctx's error. What has not ended is
// taken up by the next Settle.
//
// Parity: Secrets Manager: a failed first rotation and the deployment
func (s *Store) SettleEach(ctx context.Context, ended func(err error, left int)) error {
	var settling sync.WaitGroup
	var telling sync.Mutex
	unsettled := s.beginAll(ctx)
	left := len(unsettled)
	for _, sec := range unsettled {
		settling.Go(func() {
			err := s.settle(ctx, sec.storedSecret, sec.begun)
			telling.Lock()
			defer telling.Unlock()
			left--
			ended(err, left)
		})
	}
	settling.Wait()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("rotating secrets: %w", err)
	}
	return nil
}

// fewRotations is how many rotations begin at once that the log hears of step by step.
const fewRotations = 50

// unsettledSecret is a secret that is rotated, or is to be. begun is nil if that could not begin.
type unsettledSecret struct {
	*storedSecret

	begun *runningRotation
}

// beginAll returns the secrets that are rotated, or are to be, and begins what it can of that, with
// one change of the state.
func (s *Store) beginAll(ctx context.Context) (unsettled []unsettledSecret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := State{Secrets: map[string]SecretState{}}
	for _, sec := range s.secrets {
		if sec.running == nil && !sec.needsRotation() {
			continue
		}
		unsettled = append(unsettled, unsettledSecret{storedSecret: sec})
		if sec.running == nil && sec.state.Unfinished == nil && !sec.state.hasPending() && !s.closed {
			next := sec.state.clone()
			next.begin(sec.declaredPlan(), s.now())
			next.ChangedAt = s.now()
			changed.Secrets[sec.ARN] = next
		}
	}
	if len(changed.Secrets) > 0 && s.saveChanged(changed) == nil { // where that fails, each is begun on its own, and says why
		for arn, next := range changed.Secrets {
			s.byID[arn].state = next
		}
	}
	how := manner{inTurn: true}
	if len(unsettled) > fewRotations {
		how.level = slog.LevelDebug
	}
	for i, sec := range unsettled {
		unsettled[i].begun, _ = s.next(ctx, sec.storedSecret, how) // settle hears what is wrong
	}
	return unsettled
}

// needsRotation reports whether Settle rotates the secret.
func (sec *storedSecret) needsRotation() bool {
	return sec.Rotation != nil && (sec.state.Unfinished != nil || sec.state.Rotation.Applied != sec.Rotation.schedule())
}

// settle runs one rotation after the other until the secret needs none, of which one may have
// begun. It ends because a rotation that succeeds removes its own cause, and one that fails is
// returned.
func (s *Store) settle(ctx context.Context, sec *storedSecret, begun *runningRotation) error {
	if begun != nil {
		if err := begun.wait(ctx); err != nil {
			return err
		}
	}
	for {
		s.mu.Lock()
		next, err := s.next(ctx, sec, manner{inTurn: true})
		s.mu.Unlock()
		if errors.Is(err, ErrClosed) {
			return err
		}
		if err != nil {
			return &RotationError{Secret: sec.Name, Err: err}
		}
		if next == nil {
			return nil
		}
		if err := next.wait(ctx); err != nil {
			return err
		}
	}
}

// next returns the rotation that runs, or begins the one that the secret needs; nil if it needs
// none. The lock must be held.
func (s *Store) next(ctx context.Context, sec *storedSecret, how manner) (*runningRotation, error) {
	if sec.running != nil {
		return sec.running, nil
	}
	if !sec.needsRotation() {
		return nil, nil
	}
	if s.closed {
		return nil, ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if sec.state.Unfinished != nil {
		return s.resume(ctx, sec, how)
	}
	return s.begin(ctx, sec, sec.declaredPlan(), how)
}

// declaredPlan is the rotation by which the template's schedule is applied.
func (sec *storedSecret) declaredPlan() plan {
	declared := sec.Rotation.schedule()
	return plan{token: uuid.NewString(), testOnly: !sec.Rotation.RotateImmediately, schedule: declared, applied: declared}
}

// resume takes up the secret's unfinished rotation. It also rotates to a version that got
// AWSPENDING by a call and not by a rotation. The lock must be held.
//
// Parity: Secrets Manager: AWSPENDING that no rotation made
func (s *Store) resume(ctx context.Context, sec *storedSecret, how manner) (*runningRotation, error) {
	function, err := s.function(sec.state.Rotation.Schedule.FunctionARN)
	if err != nil {
		return nil, err
	}
	if s.closed {
		return nil, refuse(codeInternal, "Secrets Manager is being shut down.")
	}
	if sec.state.Unfinished == nil {
		err := s.update(sec, func(state *SecretState) { state.Unfinished = &Unfinished{Token: state.Labels[naming.PendingLabel]} })
		if err != nil {
			return nil, err
		}
	}
	return s.start(ctx, sec, function, how), nil
}
