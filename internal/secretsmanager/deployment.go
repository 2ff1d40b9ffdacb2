package secretsmanager

import (
	"time"

	"github.com/google/uuid"

	"cognito-m2m/naming"
)

// deployed returns the state of a secret after a deployment of its template; kept is the state
// before it.
func deployed(declared Secret, kept SecretState, known bool, now time.Time) SecretState {
	state := kept.clone()
	if !known {
		state.CreatedAt, state.ChangedAt = now, now
	}
	state.writeInitial(declared.Initial, now)
	state.dropTest()
	state.schedule(declared.Rotation)
	state.tidy(now)
	return state
}

// writeInitial writes the template's SecretString as AWSCURRENT when it is new or another than
// before. A template that no longer has one leaves the value alone.
//
// Parity: Secrets Manager: a SecretString taken out of the template
func (s *SecretState) writeInitial(initial Value, now time.Time) {
	sum := digest(initial)
	if sum == s.InitialDigest {
		return
	}
	s.InitialDigest = sum
	if initial == "" {
		return
	}
	id := uuid.NewString()
	s.Versions = append(s.Versions, Version{ID: id, CreatedAt: now, Value: initial})
	s.attach(naming.CurrentLabel, id)
	s.ChangedAt = now
}

// dropTest removes the temporary version of a test that the last run did not finish, so that the
// test runs again.
func (s *SecretState) dropTest() {
	if s.Unfinished == nil || !s.Unfinished.TestOnly {
		return
	}
	s.remove(s.Unfinished.Token)
	s.Unfinished = nil
	s.Rotation.Applied = Schedule{}
}

// schedule sets the template's schedule, unless it is the one that was applied last: what
// RotateSecret has set since then stays. A template without a schedule turns rotation off and gives
// up an unfinished one, whose AWSPENDING stays, as with CancelRotateSecret.
func (s *SecretState) schedule(declared *Rotation) {
	if declared == nil {
		s.Rotation.Enabled = false
		s.Rotation.Applied = Schedule{}
		s.Unfinished = nil
		return
	}
	if s.Rotation.Applied != declared.schedule() {
		s.Rotation.Enabled = true
		s.Rotation.Schedule = declared.schedule()
	}
}
