package secretsmanager

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/google/uuid"

	"cognito-m2m/naming"
)

// maxSettling is how many secrets are rotated at the same time, so that one that waits does not
// hold up the others, and their functions do not overload the machine.
const maxSettling = 4

// Settle does what a deployment of the template starts, and waits for it: it takes up rotations
// that did not end in the run before, with the same token and from the first step, then rotates
// every secret whose schedule is new or changed since it was last applied. A secret that needs
// neither is left alone. The error joins a *RotationError for each secret that failed. When ctx
// ends, Settle and the rotations it began end, too; they are taken up by the next Settle.
//
// Parity: Secrets Manager: a failed first rotation and the deployment
func (s *Store) Settle(ctx context.Context) error {
	s.mu.Lock()
	secrets := slices.Clone(s.secrets)
	s.mu.Unlock()
	failures := make([]error, len(secrets))
	slots := make(chan struct{}, maxSettling)
	var settling sync.WaitGroup
	for i, sec := range secrets {
		settling.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			failures[i] = s.settle(ctx, sec)
		})
	}
	settling.Wait()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("rotating secrets: %w", err)
	}
	return errors.Join(failures...)
}

// settle runs one rotation after the other until the secret needs none. It ends because a rotation
// that succeeds removes its own cause, and one that fails is returned.
func (s *Store) settle(ctx context.Context, sec *storedSecret) error {
	for {
		next, err := s.next(ctx, sec)
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
// none.
func (s *Store) next(ctx context.Context, sec *storedSecret) (*runningRotation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sec.running != nil {
		return sec.running, nil
	}
	if sec.Rotation == nil {
		return nil, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if sec.state.Unfinished != nil {
		return s.resume(ctx, sec)
	}
	if sec.state.Rotation.Applied == sec.Rotation.schedule() {
		return nil, nil
	}
	return s.begin(ctx, sec, sec.declaredPlan())
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
func (s *Store) resume(ctx context.Context, sec *storedSecret) (*runningRotation, error) {
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
	return s.start(ctx, sec, function), nil
}
