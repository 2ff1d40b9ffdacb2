package secretsmanager

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"cognito-m2m/naming"
)

// The steps of a rotation, in their order.
const (
	stepCreate = "createSecret"
	stepSet    = "setSecret"
	stepTest   = "testSecret"
	stepFinish = "finishSecret"
)

// plan is a rotation to begin.
type plan struct {
	token    string // the id of the version to make
	testOnly bool
	schedule Schedule // in force from now on
	applied  Schedule // the template's schedule that this rotation applies
}

// runningRotation is a rotation that has begun and not ended.
type runningRotation struct {
	token    string
	testOnly bool
	function Invoker
	turn     chan struct{} // closed when it may run its steps; nil if it waits for no turn
	level    slog.Level    // see manner

	done chan struct{} // closed when it has ended
	err  error         // a *RotationError; read it after done
}

// event is what the rotation function receives.
type event struct {
	Step               string
	SecretID           string `json:"SecretId"`
	ClientRequestToken string
	RotationToken      string
}

// begin reserves the version of a plan under AWSPENDING and runs the rotation until it ends, or ctx
// or the store does. One rotation of a secret runs at a time. The lock must be held.
func (s *Store) begin(ctx context.Context, sec *storedSecret, p plan, how manner) (*runningRotation, error) {
	if sec.running != nil || sec.state.hasPending() {
		return nil, refuse(codeInvalidRequest, messageUnfinished)
	}
	function, err := s.function(p.schedule.FunctionARN)
	if err != nil {
		return nil, err
	}
	if s.closed {
		return nil, refuse(codeInternal, "Secrets Manager is being shut down.")
	}
	if err := s.update(sec, func(state *SecretState) { state.begin(p, s.now()) }); err != nil {
		return nil, err
	}
	return s.start(ctx, sec, function, how), nil
}

// begin reserves the version of a plan.
func (s *SecretState) begin(p plan, now time.Time) {
	s.Versions = append(s.Versions, Version{ID: p.token, CreatedAt: now})
	s.attach(naming.PendingLabel, p.token)
	s.Rotation = RotationState{Enabled: true, Schedule: p.schedule, Applied: p.applied}
	s.Unfinished = &Unfinished{Token: p.token, TestOnly: p.testOnly}
}

// start runs the secret's unfinished rotation, from its first step on. The lock must be held.
func (s *Store) start(ctx context.Context, sec *storedSecret, function Invoker, how manner) *runningRotation {
	r := &runningRotation{
		token:    sec.state.Unfinished.Token,
		testOnly: sec.state.Unfinished.TestOnly,
		function: function,
		level:    how.level,
		done:     make(chan struct{}),
	}
	sec.running = r
	if how.inTurn {
		s.turns.wait(r)
	}
	s.rotations.Go(func() {
		defer close(r.done)
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(s.lifetime, cancel)()
		if r.err = s.awaitTurn(ctx, sec, r); r.err == nil {
			r.err = s.rotate(ctx, sec, r)
		}
		s.ended(sec.Name, r.err)
	})
	return r
}

// function returns the function of an ARN.
//
// Parity: Secrets Manager: rotation functions there are
func (s *Store) function(arn string) (Invoker, error) {
	if arn == "" {
		return nil, refuse(codeInvalidRequest, messageNoFunction)
	}
	function, ok := s.functions[arn]
	if !ok {
		return nil, ErrNotInvocable
	}
	return function, nil
}

// rotate calls the function for each step and records the end. A step that fails leaves AWSPENDING
// where it is.
//
// Parity: Secrets Manager: a failed rotation is not retried before the next start
func (s *Store) rotate(ctx context.Context, sec *storedSecret, r *runningRotation) error {
	step, failure := s.runSteps(ctx, sec, r)
	s.mu.Lock()
	defer s.mu.Unlock()
	sec.running = nil
	s.turns.end(r)
	if failure == nil && !r.testOnly && sec.state.Labels[naming.CurrentLabel] != r.token {
		failure = ErrNotCurrent
	}
	if failure == nil || r.testOnly && ctx.Err() == nil { // a test that is cut short is repeated, as a rotation is
		if err := s.update(sec, r.recordEnd(s)); err != nil && failure == nil {
			failure = err
		}
	}
	if failure != nil {
		s.log.Warn("rotation failed", "secret", sec.Name, "version", r.token, "step", step, "error", failure)
		return &RotationError{Secret: sec.Name, Step: step, Err: failure}
	}
	s.log.Log(ctx, r.level, "rotation ended", "secret", sec.Name, "version", r.token, "testOnly", r.testOnly)
	return nil
}

// runSteps returns the last step that was run, and its error.
func (s *Store) runSteps(ctx context.Context, sec *storedSecret, r *runningRotation) (step string, err error) {
	steps := []string{stepCreate, stepSet, stepTest, stepFinish}
	if r.testOnly {
		steps = []string{stepTest}
	}
	rotationToken := uuid.NewString()
	for _, step = range steps {
		payload, err := json.Marshal(event{Step: step, SecretID: sec.ARN, ClientRequestToken: r.token, RotationToken: rotationToken})
		if err != nil {
			return step, fmt.Errorf("encoding the event: %w", err)
		}
		s.log.Log(ctx, r.level, "rotating", "secret", sec.Name, "step", step)
		s.progress(sec.Name, step)
		if _, _, err := r.function.Invoke(ctx, payload); err != nil {
			return step, err
		}
	}
	return step, nil
}

// recordEnd is the change that ends a rotation: its version stays, unless it was only for the test.
//
// Parity: Secrets Manager: AWSPENDING after a rotation
func (r *runningRotation) recordEnd(s *Store) func(*SecretState) {
	return func(state *SecretState) {
		state.Unfinished = nil
		if r.testOnly {
			state.remove(r.token)
			return
		}
		state.RotatedAt = s.now()
	}
}

// wait returns the rotation's error when it has ended, or ctx's.
func (r *runningRotation) wait(ctx context.Context) error {
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}
