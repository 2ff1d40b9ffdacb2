package local

import (
	"net/http"
	"sync"
)

// front is the handler of a listener for a whole run. What answers behind it is
// exchanged between two requests, and every request is answered by one of them
// from its beginning to its end.
type front struct {
	mu  sync.RWMutex
	now *answering
}

// answering is a handler and the requests that it has not answered yet.
type answering struct {
	http.Handler

	requests sync.WaitGroup
}

// ServeHTTP passes the request on to the handler of this moment.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.RLock()
	now := f.now
	now.requests.Add(1)
	f.mu.RUnlock()
	defer now.requests.Done()
	now.ServeHTTP(w, r)
}

// replace gives all further requests to next. It returns what answered before,
// nil at first, which may still have requests to answer.
func (f *front) replace(next http.Handler) (before *answering) {
	f.mu.Lock()
	defer f.mu.Unlock()
	before, f.now = f.now, &answering{Handler: next}
	return before
}

// exchange lets the requests under way end and keeps further ones waiting while
// change makes the handler that answers them. If it fails, the one of before does.
func (f *front) exchange(change func() (http.Handler, error)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now != nil {
		f.now.requests.Wait()
	}
	next, err := change()
	if err == nil {
		f.now = &answering{Handler: next}
	}
	return err
}
