package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

const (
	// mostHanging is how many calls of one kind may be left behind: each can occupy a thread of the
	// process for good.
	mostHanging = 4
	// grace is how long a call that obeys its context has to return its own error.
	grace = time.Second
)

// callSlots are for one kind of calls to code or a file system outside this package, which may go
// on after their context has ended: a file on a mount whose server is gone, a source that waits for
// a lock. A flight makes at most one such call at a time, and each call that hangs keeps its slot.
type callSlots chan struct{}

func newCallSlots() callSlots { return make(callSlots, mostHanging) }

// errNotEnded says that a call has not returned.
var errNotEnded = errors.New("no answer")

// within returns what call returns, or an error once the limit or ctx has ended. A call that goes
// on after that is left behind; if it still returns a value that is an io.Closer, the value is
// closed. While too many calls of a kind are left behind, it makes no further one.
func within[T any](ctx context.Context, slots callSlots, limit time.Duration, call func(context.Context) (T, error)) (T, error) {
	var none T
	select {
	case slots <- struct{}{}:
	default:
		return none, fmt.Errorf("%w to the last %d calls, which still hang: %w", errNotEnded, mostHanging, context.DeadlineExceeded)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	type answer struct {
		value T
		err   error
	}
	answers, left := make(chan answer), make(chan struct{})
	defer close(left)
	go func() {
		defer func() { <-slots }()
		value, err := call(ctx)
		select {
		case answers <- answer{value, err}:
		case <-left:
			if late, ok := any(value).(io.Closer); ok && err == nil {
				_ = late.Close()
			}
		}
	}()
	select {
	case got := <-answers:
		return got.value, got.err
	case <-ctx.Done():
	}
	select {
	case got := <-answers:
		return got.value, got.err
	case <-time.After(grace):
		return none, fmt.Errorf("%w within %s: %w", errNotEnded, limit, ctx.Err())
	}
}
