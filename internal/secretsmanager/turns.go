package secretsmanager

import (
	"context"
	"log/slog"
	"slices"
)

// mostAtOnce is how many rotations that a template has begun run their steps at the same time, so
// that one that is slow does not hold up the others, and their functions do not overload the
// machine.
const mostAtOnce = 4

// manner is how a rotation runs.
type manner struct {
	// inTurn has it wait for its turn: one that a template has begun does, with the many that it
	// may have begun. One that somebody asks for does not.
	inTurn bool
	// level is of what the log hears of it, if it does not fail.
	level slog.Level
}

// turns are who may run. The store's lock must be held.
//
// Parity: Secrets Manager: many first rotations
type turns struct {
	running int
	waiting []*runningRotation
}

// wait has a rotation wait for its turn, which may come at once.
func (t *turns) wait(r *runningRotation) {
	r.turn = make(chan struct{})
	t.waiting = append(t.waiting, r)
	t.next()
}

// hurry has a rotation be the next one, because somebody waits for it.
func (t *turns) hurry(r *runningRotation) {
	if i := slices.Index(t.waiting, r); i > 0 {
		copy(t.waiting[1:], t.waiting[:i])
		t.waiting[0] = r
	}
}

// end ends the turn of a rotation, or that it waits for one.
func (t *turns) end(r *runningRotation) {
	if r.turn == nil {
		return
	}
	if i := slices.Index(t.waiting, r); i >= 0 {
		t.waiting = slices.Delete(t.waiting, i, i+1)
		return
	}
	t.running--
	t.next()
}

func (t *turns) next() {
	for t.running < mostAtOnce && len(t.waiting) > 0 {
		close(t.waiting[0].turn)
		t.waiting = t.waiting[1:]
		t.running++
	}
}

// awaitTurn returns when the rotation may run its steps. If the store is closed before, or ctx
// ends, the rotation has not run, and the next Settle takes it up.
func (s *Store) awaitTurn(ctx context.Context, sec *storedSecret, r *runningRotation) (err error) {
	if r.turn == nil {
		return nil
	}
	select {
	case <-r.turn:
		return nil
	case <-s.closing:
		err = ErrClosed
	case <-ctx.Done():
		err = ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sec.running = nil
	s.turns.end(r)
	return err
}
