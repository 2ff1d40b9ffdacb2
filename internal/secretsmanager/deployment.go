package secretsmanager

import (
	"fmt"
	"maps"
	"slices"
	"strings"
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
	state.dropTest()
	state.declare(declared, now)
	return state
}

// declare brings what the template says of a secret into its state.
func (s *SecretState) declare(declared Secret, now time.Time) {
	s.writeInitial(declared.Initial, now)
	s.schedule(declared.Rotation)
	s.tidy(now)
}

// Declare brings other secrets of the template into the state and saves it, while the store serves.
// Rotations that run go on; what they would change of a secret that is gone is refused. On an error
// nothing changes.
func (s *Store) Declare(secrets []Secret) error {
	if err := (Config{Secrets: secrets}).validate(); err != nil {
		return fmt.Errorf("checking the secrets' configuration: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now, next := s.now(), State{Secrets: map[string]SecretState{}}
	for _, declared := range secrets {
		kept := s.withARN(declared.ARN)
		if kept == nil {
			next.Secrets[declared.ARN] = deployed(declared, SecretState{}, false, now)
			continue
		}
		state := kept.state.clone()
		state.declare(declared, now)
		next.Secrets[declared.ARN] = state
	}
	if err := s.save(next); err != nil {
		return fmt.Errorf("saving the secrets: %w", err)
	}
	s.take(secrets, next)
	return nil
}

// take makes the declared secrets, and their states, the store's. The lock must be held.
func (s *Store) take(secrets []Secret, states State) {
	before := map[string]*storedSecret{}
	for _, sec := range s.secrets {
		before[sec.ARN] = sec
	}
	s.secrets, s.functions = nil, map[string]Invoker{}
	for _, declared := range secrets {
		sec, known := before[declared.ARN]
		if known {
			delete(before, declared.ARN)
			sec.declare(declared)
		} else {
			sec = &storedSecret{Secret: declared}
		}
		sec.Tags = maps.Clone(declared.Tags)
		sec.state = states.Secrets[declared.ARN]
		if declared.Rotation != nil {
			s.functions[declared.Rotation.FunctionARN] = declared.Rotation.Function
		}
		s.secrets = append(s.secrets, sec)
	}
	for _, gone := range before {
		gone.gone = true
	}
	slices.SortFunc(s.secrets, func(a, b *storedSecret) int { return strings.Compare(a.Name, b.Name) })
	s.index()
}

// declare takes over what the template may change of a secret. A rotation reads the rest.
func (sec *storedSecret) declare(declared Secret) {
	sec.Description, sec.KMSKeyID, sec.Initial, sec.Rotation = declared.Description, declared.KMSKeyID, declared.Initial, declared.Rotation
	sec.StackName, sec.LogicalID, sec.StackID = declared.StackName, declared.LogicalID, declared.StackID
}

// withARN is the secret of an ARN, nil if there is none. The lock must be held.
func (s *Store) withARN(arn string) *storedSecret {
	if sec := s.byID[arn]; sec != nil && sec.ARN == arn {
		return sec
	}
	return nil
}

// ApplySchedule begins the rotation of a secret whose declared schedule is new or changed, as
// CloudFormation does, and does not wait for it. A secret that needs none is left alone.
//
// Parity: Runtime: an update of a rotation schedule
func (s *Store) ApplySchedule(arn string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sec := s.withARN(arn)
	if sec == nil {
		return refuse(codeResourceNotFound, messageNotFound)
	}
	if sec.Rotation == nil || sec.state.Rotation.Applied == sec.Rotation.schedule() {
		return nil
	}
	if sec.running == nil && sec.state.hasPending() {
		return s.reattempt(sec)
	}
	_, err := s.begin(s.lifetime, sec, sec.declaredPlan(), manner{inTurn: true})
	return err
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
