package secretsmanager

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"cognito-m2m/naming"
)

// Store holds the secrets. It is safe for concurrent use.
type Store struct {
	save, saveChanged func(State) error

	progress func(secretName, step string)
	ended    func(secretName string, err error)

	now func() time.Time
	log *slog.Logger

	operations map[string]operation
	functions  map[string]Invoker // by ARN

	// lifetime ends when Close has waited long enough.
	lifetime  context.Context
	end       context.CancelFunc
	rotations sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	closing chan struct{}   // closed with the store
	secrets []*storedSecret // by name
	byID    map[string]*storedSecret
	turns   turns
}

// storedSecret is a secret of the template. Its state is replaced as a whole and never changed in
// place, so that Save can read it without a lock.
type storedSecret struct {
	Secret
	state   SecretState
	running *runningRotation // nil when none is
	gone    bool             // it is no longer the template's
}

// New brings the template's secrets into the state and saves it. It refuses a configuration that
// AWS would refuse, naming every problem in one error. The caller must Close the store.
func New(config Config) (*Store, error) {
	if err := config.validate(); err != nil {
		return nil, fmt.Errorf("checking the secrets' configuration: %w", err)
	}
	config = config.withDefaults()
	lifetime, end := context.WithCancel(context.Background())
	s := &Store{
		save:        config.Save,
		saveChanged: config.SaveChanged,
		progress:    config.Progress,
		ended:       config.Ended,
		closing:     make(chan struct{}),
		now:         func() time.Time { return config.Now().UTC() },
		log:         config.Log,
		lifetime:    lifetime,
		end:         end,
	}
	s.operations = s.allOperations()
	state := State{Secrets: make(map[string]SecretState, len(config.Secrets))}
	for _, declared := range config.Secrets {
		kept, known := config.State.Secrets[declared.ARN]
		state.Secrets[declared.ARN] = deployed(declared, kept, known, s.now())
	}
	if err := s.save(state); err != nil {
		end()
		return nil, fmt.Errorf("saving the secrets: %w", err)
	}
	s.take(config.Secrets, state)
	return s, nil
}

// Close begins no further rotation, nor the steps of one that waits for its turn, and waits for
// those that run. If ctx ends first, they are cut
// short, keep their AWSPENDING, and are taken up by Settle in the next run; Close returns ctx's
// error then. Nothing of the store runs when Close has returned.
func (s *Store) Close(ctx context.Context) error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.closing)
	}
	s.mu.Unlock()
	defer s.end()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.rotations.Wait()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		s.end()
		<-done
		return fmt.Errorf("waiting for rotations: %w", ctx.Err())
	}
}

// update applies a change to a copy of a secret's state, saves it, and only then makes it the
// secret's. The lock must be held.
func (s *Store) update(sec *storedSecret, change func(*SecretState)) error {
	if sec.gone {
		return refuse(codeResourceNotFound, messageNotFound)
	}
	next := sec.state.clone()
	change(&next)
	next.ChangedAt = s.now()
	next.tidy(next.ChangedAt)
	if err := s.saveChanged(State{Secrets: map[string]SecretState{sec.ARN: next}}); err != nil {
		s.log.Error("saving the secrets", "secret", sec.Name, "error", err)
		return refuse(codeInternal, "The change of secret %s could not be saved, so nothing was changed.", sec.Name)
	}
	sec.state = next
	return nil
}

// Has reports whether there is a secret with this name or ARN.
func (s *Store) Has(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.find(id)
	return err == nil
}

// find returns the secret that a SecretId names: by name, by ARN, or by an ARN without its last
// seven characters. A partial ARN that looks complete, because the name ends so, names nothing.
func (s *Store) find(id string) (*storedSecret, error) {
	if id == "" {
		return nil, refuse(codeInvalidParameter, "SecretId is needed: the name or the ARN of a secret.")
	}
	if sec := s.byID[id]; sec != nil {
		return sec, nil
	}
	return nil, refuse(codeResourceNotFound, messageNotFound)
}

// index makes the secrets be found by what names them. The lock must be held.
func (s *Store) index() {
	s.byID = make(map[string]*storedSecret, 3*len(s.secrets))
	for _, sec := range s.secrets {
		if partial, _ := naming.CutARNSuffix(sec.ARN); !looksComplete(partial) {
			s.byID[partial] = sec
		}
	}
	for _, sec := range s.secrets {
		s.byID[sec.Name], s.byID[sec.ARN] = sec, sec
	}
}

func looksComplete(arn string) bool {
	_, complete := naming.CutARNSuffix(arn)
	return complete
}
