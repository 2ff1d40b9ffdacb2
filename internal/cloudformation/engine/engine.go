package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"cognito-m2m/internal/assembly/template"
)

// Config is what an engine works with.
type Config struct {
	Provider Provider
	// Save keeps the record of a stack under its ARN, durably, before what is in it is
	// acknowledged; nil forgets the stack.
	Save func(stackID string, record []byte) error
	// Append adds a line, with its end, to the record that Save was given last, as durably. If that
	// fails, the record is to stay as it is, and Save is called. Nil means that Save always is.
	// Neither is called while the other one is, or twice at once.
	Append func(stackID string, line []byte) error
	// Records are what Save was given last, with what was appended, by ARN. Their last line may be
	// cut off if it was not yet said to be appended.
	Records map[string][]byte
	// Object reads the template at a TemplateURL. Nil means that there is none.
	Object func(ctx context.Context, url string) ([]byte, error)
	// Stored is the value of a parameter in the Parameter Store of a place. Nil means that there is
	// none.
	Stored func(ctx context.Context, in Place, name string) (value string, exists bool)
	// Faults fail resources on purpose, each once.
	Faults []Fault
	// Slow is how long each step is held up.
	Slow time.Duration
	// Now is the clock of answers. Default time.Now.
	Now func() time.Time
	// Log receives what callers are not told. Nil means that nothing is logged.
	Log *slog.Logger
}

// Engine has the stacks. It is safe for concurrent use.
type Engine struct {
	config  Config
	context context.Context // of the operations; ends with Close
	stop    context.CancelFunc
	workers sync.WaitGroup

	mu     sync.Mutex
	stacks map[string]*Stack // by ARN
	faults []Fault
	closed bool
}

// New returns an engine with the stacks of the records. What was under way waits for Recover.
func New(config Config) (*Engine, error) {
	if config.Provider == nil || config.Save == nil {
		return nil, errors.New("an engine needs a provider, and something that saves")
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	e := &Engine{config: config, stacks: map[string]*Stack{}, faults: slices.Clone(config.Faults)}
	for id, record := range config.Records {
		s, err := read(record)
		if err == nil && s.ID != id {
			err = errors.New("it is of another stack")
		}
		if err != nil {
			return nil, &RecordError{StackID: id, Err: err}
		}
		e.stacks[id] = s
	}
	e.context, e.stop = context.WithCancel(context.Background())
	return e, nil
}

// Recover takes up the operations that were under way when the engine before this one ended. Each
// goes on where it was; the step that was under way is done again.
func (e *Engine) Recover() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(e.stacks)) {
		if s := e.stacks[id]; s.Operation != nil {
			e.config.Log.Info("an operation goes on", "stack", s.Name, "status", s.Status)
			e.begin(s)
		}
	}
}

// Close ends the work on operations after the step that is under way; the next engine takes them
// up. It returns early with the error of ctx.
func (e *Engine) Close(ctx context.Context) error {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.stop()
	ended := make(chan struct{})
	go func() {
		e.workers.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		e.fold()
		return nil
	case <-ctx.Done():
		return fmt.Errorf("ending the operations on stacks: %w", ctx.Err())
	}
}

// begin has an operation worked on. The lock is held.
func (e *Engine) begin(s *Stack) {
	if e.closed {
		return
	}
	o := s.Operation
	e.workers.Go(func() { e.work(s, o) })
}

// smallest is what the changes after a record may have before all of the stack is saved again.
const smallest = 256 << 10

// save keeps the stack. The lock is held.
func (e *Engine) save(s *Stack) error {
	now := s.asSaved()
	if e.appended(s, now) {
		s.saved = now
		return nil
	}
	record, err := s.record()
	if err == nil {
		err = e.config.Save(s.ID, record)
	}
	if err != nil {
		return fmt.Errorf("saving the record of stack %s: %w", s.Name, err)
	}
	now.record = len(record)
	s.saved = now
	return nil
}

// appended appends what has changed to the record, and reports whether it has. It does not if the
// changes have become more than the rest.
func (e *Engine) appended(s *Stack, now *saved) bool {
	if s.saved == nil || e.config.Append == nil {
		return false
	}
	change := template.JSON(s.since(now)) + "\n"
	if change == "\n" || s.saved.changes+len(change) > max(smallest, s.saved.record) || e.config.Append(s.ID, []byte(change)) != nil {
		return false
	}
	now.record, now.changes = s.saved.record, s.saved.changes+len(change)
	return true
}

// fold saves all of the stacks of which changes are kept, so that what nobody uses is as short as
// it can be. One that can't be saved is as it was.
func (e *Engine) fold() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.stacks {
		if s.saved == nil || s.saved.changes == 0 {
			continue
		}
		s.saved = nil
		if err := e.save(s); err != nil {
			e.config.Log.Warn("a stack is kept with its changes", "error", err)
		}
	}
}

// try changes a stack and saves it, or leaves it as it was. The lock is held.
func (e *Engine) try(s *Stack, change func()) error {
	before := *s
	change()
	if err := e.save(s); err != nil {
		*s = before
		return err
	}
	return nil
}

// ask asks something more of the operation under way and saves that, or leaves it as it was.
// The lock is held.
func (e *Engine) ask(s *Stack, asked *bool, by request) error {
	before, requests := *asked, s.Requests
	*asked = true
	s.remember(by)
	if err := e.save(s); err != nil {
		*asked, s.Requests = before, requests
		return err
	}
	return nil
}

// retryAfter is how long an operation waits before it saves again what could not be saved.
const retryAfter = 200 * time.Millisecond

// commit changes a stack and saves it, however often that takes. It returns false if the engine is
// closed before.
func (e *Engine) commit(s *Stack, change func()) bool {
	e.mu.Lock()
	change()
	err := e.save(s)
	e.mu.Unlock()
	if err != nil {
		e.config.Log.Error("the state of a stack can't be saved, its operation waits until it can", "stack", s.Name, "error", err)
	}
	for err != nil {
		select {
		case <-e.context.Done():
			return false
		case <-time.After(retryAfter):
		}
		e.mu.Lock()
		err = e.save(s)
		e.mu.Unlock()
	}
	return e.context.Err() == nil
}

// find is the stack with a name that is there, or the one with an ARN, which may be deleted. The
// lock is held.
func (e *Engine) find(in Place, name string) *Stack {
	if s, ok := e.stacks[name]; ok {
		if s.Place == in {
			return s
		}
		return nil
	}
	for _, s := range e.stacks {
		if s.Place == in && s.Name == name && !s.Deleted() {
			return s
		}
	}
	return nil
}

// View shows the stack with a name or ARN to look, and returns false if there is none. Of deleted
// ones it knows the ARN alone.
func (e *Engine) View(in Place, name string, look func(*Stack)) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.find(in, name)
	if s == nil {
		return false
	}
	look(s)
	return true
}

// Each shows every stack of a place to look, the newest first, deleted ones too.
func (e *Engine) Each(in Place, look func(*Stack)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.ordered(in) {
		look(s)
	}
}

// ordered are the stacks of a place, the newest first. The lock is held.
func (e *Engine) ordered(in Place) (stacks []*Stack) {
	for _, s := range e.stacks {
		if s.Place == in {
			stacks = append(stacks, s)
		}
	}
	slices.SortFunc(stacks, func(a, b *Stack) int {
		if order := b.CreatedAt.Compare(a.CreatedAt); order != 0 {
			return order
		}
		return strings.Compare(a.ID, b.ID)
	})
	return stacks
}
