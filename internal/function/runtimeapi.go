package function

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"
)

// phase is where a runtime stands in the protocol.
type phase int

const (
	starting phase = iota // the process runs, and has not asked for an event yet
	failed                // it reported that it could not initialize
	idle                  // it may ask for an event; there is none
	invoking              // there is an event, which it may have got
	answered              // it reported how the invocation ended, and has not asked again
)

// runtimeAPI is the Lambda Runtime API of one execution environment, on a port of its own. It holds
// the protocol's state; the handlers in endpoints.go translate it to HTTP.
type runtimeAPI struct {
	arn     string
	address string
	log     *slog.Logger
	open    connections

	mu        sync.Mutex
	phase     phase
	current   *invocation   // in the phases invoking and answered
	initError *Error        // in the phase failed
	waiting   int           // calls for an event that wait for one
	changed   chan struct{} // closed, and replaced, when they have a reason to look

	initialized chan struct{} // closed when the phase starting is over
	closed      chan struct{} // closed to let pending calls for an event go
}

// listenRuntimeAPI serves the Runtime API on a free port of the loopback interface.
func listenRuntimeAPI(arn string, log *slog.Logger) (*runtimeAPI, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a := &runtimeAPI{
		arn:         strings.NewReplacer("\r", " ", "\n", " ").Replace(arn), // for a header
		address:     listener.Addr().String(),
		log:         log,
		changed:     make(chan struct{}),
		initialized: make(chan struct{}),
		closed:      make(chan struct{}),
	}
	a.open.listener, a.open.open = listener, map[*connection]bool{}
	a.open.serving.Go(func() { a.open.accept(a.serve) })
	return a, nil
}

// close ends the server. An answer that the process sent just before it ended is still read,
// because its bytes are here already. It must be called once.
func (a *runtimeAPI) close() {
	close(a.closed)
	a.open.close(drainLimit)
}

// deliver makes inv the event that the runtime gets when it asks. The phase must be idle.
func (a *runtimeAPI) deliver(inv *invocation, deadline time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	inv.deadline = deadline
	a.phase, a.current = invoking, inv
	a.wake()
}

// wake lets the calls that wait for an event look again.
func (a *runtimeAPI) wake() {
	if a.waiting > 0 {
		close(a.changed)
		a.changed = make(chan struct{})
	}
}

// next moves the runtime to its next event and waits until there is one. It returns nil if the
// runtime has hung up meanwhile or the server ends.
//
// A runtime that asks again without having answered gets the same event again, as in AWS's
// emulator.
func (a *runtimeAPI) next(c *connection) (*invocation, *refusal) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if refused := a.ask(); refused != nil {
		return nil, refused
	}
	stays := a.phase == idle || c.look() != gone
	for stays && a.phase == idle {
		stays = a.wait(c)
	}
	if !stays {
		return nil, nil
	}
	if a.phase != invoking { // another call has got the event and answered it meanwhile
		return nil, outOfOrder("Running", "Ready")
	}
	a.current.handed = true
	return a.current, nil
}

// ask ends the invocation that the runtime has answered. It refuses if the runtime has declared
// itself unable to run.
func (a *runtimeAPI) ask() *refusal {
	switch a.phase {
	case failed:
		return outOfOrder("InitError", "Ready")
	case starting:
		a.phase = idle
		close(a.initialized)
	case answered:
		close(a.current.settled)
		a.phase, a.current = idle, nil
	case idle:
		a.wake() // the runtime may have hung up another call without a word
	case invoking:
	}
	return nil
}

// wait lets go of the lock until something has changed. It reports false if the connection is of no
// more use.
func (a *runtimeAPI) wait(c *connection) bool {
	changed := a.changed
	a.waiting++
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		a.waiting--
	}()
	select {
	case <-changed:
		return c.look() != gone
	case <-a.closed:
		return false
	}
}

// owes reports whether the runtime got the event with this request id and has not answered yet.
func (a *runtimeAPI) owes(requestID string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.owesLocked(requestID)
}

func (a *runtimeAPI) owesLocked(requestID string) bool {
	return a.phase == invoking && a.current.handed && a.current.id == requestID
}

// answer records how the runtime ended its invocation, and reports false if none is owed.
func (a *runtimeAPI) answer(requestID string, result answer) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.owesLocked(requestID) {
		return false
	}
	a.phase, a.current.answer = answered, &result
	return true
}

// failInit records that the runtime could not initialize, and reports false if it had already asked
// for an event.
func (a *runtimeAPI) failInit(err *Error) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.phase != starting {
		return false
	}
	a.phase, a.initError = failed, err
	close(a.initialized)
	return true
}

// initFailure returns what the runtime reported instead of asking for its first event, nil if
// nothing.
func (a *runtimeAPI) initFailure() *Error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.initError
}

// outcome returns the answer to inv, nil if there is none yet, and whether the runtime got it.
func (a *runtimeAPI) outcome(inv *invocation) (result *answer, handed bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return inv.answer, inv.handed
}
