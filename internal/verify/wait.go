package verify

import (
	"context"
	"errors"
	"time"

	"cognito-m2m/client"
	"cognito-m2m/internal/reach"
)

// wait pauses before another look at what is missing, and reports whether there is time for one.
func (r *run) wait(ctx context.Context, reason string) bool {
	if ctx.Err() != nil || time.Now().Add(r.config.Pause).After(r.deadline) {
		return false
	}
	r.note(reason)
	select {
	case <-time.After(r.config.Pause):
		return true
	case <-ctx.Done():
		return false
	}
}

// note reports, once for each reason, what Run waits for.
func (r *run) note(reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.config.Waiting == nil || r.noted[reason] {
		return
	}
	if r.noted == nil {
		r.noted = map[string]bool{}
	}
	r.noted[reason] = true
	r.config.Waiting(reason)
}

// lacking says what a client still needs to get a token, "" if waiting does not help. A token
// endpoint whose domain is new refuses the connection, or sends something that is not an answer of
// RFC 6749.
func lacking(name string, err error) string {
	refused, isRefused := errors.AsType[*client.RefusalError](err)
	_, isTold := errors.AsType[*reach.Error](err)
	switch {
	case err == nil, isTold, errors.Is(err, context.Canceled), isRefused && refused.Code != "":
		return ""
	case errors.Is(err, client.ErrNotRotated):
		return "the first rotation of " + name + "'s secret"
	}
	return "the token endpoint"
}
