package listener

import (
	"context"
	"net/http"
	"sync"
)

// swappableHandler is the handler of a listener for a whole run. The handler behind it is swapped
// for another one between two requests, and every request is answered by one of them from its
// beginning to its end.
type swappableHandler struct {
	mu      sync.RWMutex
	current *Handler
}

// Handler is a handler and the requests that it has not answered yet.
type Handler struct {
	handler  http.Handler
	requests sync.WaitGroup
}

// Wait waits until the handler, which has been swapped for another one, has answered its last
// request, or ctx ends.
func (h *Handler) Wait(ctx context.Context) {
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		h.requests.Wait()
	}()
	select {
	case <-answered:
	case <-ctx.Done():
	}
}

// ServeHTTP passes the request on to the handler of this moment.
func (h *swappableHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.RLock()
	current := h.current
	current.requests.Add(1)
	h.mu.RUnlock()
	defer current.requests.Done()
	current.handler.ServeHTTP(w, r)
}

// Swap gives all further requests to next. It returns the handler of before, nil at first, which
// may still have requests to answer.
func (l *Listener) Swap(next http.Handler) (before *Handler) {
	h := &l.handler
	h.mu.Lock()
	defer h.mu.Unlock()
	before, h.current = h.current, &Handler{handler: next}
	return before
}

// SwapIdle lets the requests under way end and keeps further ones waiting while change makes the
// handler that answers them. If it fails, the one of before does.
func (l *Listener) SwapIdle(change func() (http.Handler, error)) error {
	h := &l.handler
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.current != nil {
		h.current.requests.Wait()
	}
	next, err := change()
	if err == nil {
		h.current = &Handler{handler: next}
	}
	return err
}
