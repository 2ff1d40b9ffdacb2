package function

import (
	"time"

	"github.com/google/uuid"
)

// answer is how an invocation ended: with a response, or with an error.
type answer struct {
	response []byte
	err      error
}

// invocation is one event on its way through one execution environment. Its environment's
// runtimeAPI guards the fields that change.
type invocation struct {
	id      string
	traceID string
	payload []byte

	// begun is when the function's time limit began to run, zero if it begins with the event: an
	// initialization within the invocation uses part of it.
	begun    time.Time
	ends     time.Time // when its time is over, zero as long as it waits for the runtime
	deadline time.Time // the same for the runtime
	// handed is set once the runtime got the event; from then on a crash is the function's.
	handed bool
	// answer is what the runtime reported, nil until it does.
	answer   *answer
	answered chan struct{} // closed when it does
}

// remaining is what is left of the function's time limit.
func (i *invocation) remaining(limit time.Duration) time.Duration {
	if i.begun.IsZero() {
		return limit
	}
	return max(0, limit-time.Since(i.begun))
}

func newInvocation(payload []byte, now time.Time) *invocation {
	return &invocation{
		id:      uuid.NewString(),
		traceID: traceID(now),
		payload: payload,

		answered: make(chan struct{}),
	}
}
