package secretsmanager

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"cognito-m2m/naming"
)

// Store holds the secrets. It is safe for concurrent use.
type Store struct {
	saveState func(State) error
	progress  func(secretName, step string)
	now       func() time.Time
	log       *slog.Logger

	operations map[string]operation
	functions  map[string]Invoker // by ARN

	// lifetime ends when Close has waited long enough.
	lifetime  context.Context
	end       context.CancelFunc
	rotations sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	secrets []*storedSecret // by name
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
		saveState: config.Save,
		progress:  config.Progress,
		now:       func() time.Time { return config.Now().UTC() },
		log:       config.Log,
		functions: map[string]Invoker{},
		lifetime:  lifetime,
		end:       end,
	}
	s.operations = s.allOperations()
	for _, declared := range config.Secrets {
		declared.Tags = maps.Clone(declared.Tags)
		if declared.Rotation != nil {
			s.functions[declared.Rotation.FunctionARN] = declared.Rotation.Function
		}
		kept, known := config.State.Secrets[declared.ARN]
		s.secrets = append(s.secrets, &storedSecret{Secret: declared, state: deployed(declared, kept, known, s.now())})
	}
	slices.SortFunc(s.secrets, func(a, b *storedSecret) int { return strings.Compare(a.Name, b.Name) })
	if err := s.saveState(s.snapshot(nil, SecretState{})); err != nil {
		end()
		return nil, fmt.Errorf("saving the secrets: %w", err)
	}
	return s, nil
}

// Close begins no further rotation and waits for those that run. If ctx ends first, they are cut
// short, keep their AWSPENDING, and are taken up by Settle in the next run; Close returns ctx's
// error then. Nothing of the store runs when Close has returned.
func (s *Store) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
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
	if err := s.saveState(s.snapshot(sec, next)); err != nil {
		s.log.Error("saving the secrets", "secret", sec.Name, "error", err)
		return refuse(codeInternal, "The change of secret %s could not be saved, so nothing was changed.", sec.Name)
	}
	sec.state = next
	return nil
}

// snapshot returns the state with next as changed's; changed may be nil.
func (s *Store) snapshot(changed *storedSecret, next SecretState) State {
	state := State{Secrets: make(map[string]SecretState, len(s.secrets))}
	for _, sec := range s.secrets {
		state.Secrets[sec.ARN] = sec.state
	}
	if changed != nil {
		state.Secrets[changed.ARN] = next
	}
	return state
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
	_, complete := naming.CutARNSuffix(id)
	for _, sec := range s.secrets {
		partial, _ := naming.CutARNSuffix(sec.ARN)
		if id == sec.Name || id == sec.ARN || !complete && id == partial {
			return sec, nil
		}
	}
	return nil, refuse(codeResourceNotFound, messageNotFound)
}
