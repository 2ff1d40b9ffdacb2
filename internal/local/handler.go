package local

import (
	"net/http"
	"sync"
)

// swappableHandler is the handler of a listener for a whole run. The handler behind it is swapped
// for another one between two requests, and every request is answered by one of them from its
// beginning to its end.
type swappableHandler struct {
	mu      sync.RWMutex
	current *countingHandler
}

// countingHandler is a handler and the requests that it has not answered yet.
type countingHandler struct {
	http.Handler

	requests sync.WaitGroup
}

// ServeHTTP passes the request on to the handler of this moment.
func (h *swappableHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.RLock()
	current := h.current
	current.requests.Add(1)
	h.mu.RUnlock()
	defer current.requests.Done()
	current.ServeHTTP(w, r)
}

// swap gives all further requests to next. It returns the handler of before, nil at first, which
// may still have requests to answer.
func (h *swappableHandler) swap(next http.Handler) (before *countingHandler) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before, h.current = h.current, &countingHandler{Handler: next}
	return before
}

// swapIdle lets the requests under way end and keeps further ones waiting while change makes the
// handler that answers them. If it fails, the one of before does.
func (h *swappableHandler) swapIdle(change func() (http.Handler, error)) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.current != nil {
		h.current.requests.Wait()
	}
	next, err := change()
	if err == nil {
		h.current = &countingHandler{Handler: next}
	}
	return err
}
