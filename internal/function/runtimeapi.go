package function

import (
	"context"
	"log/slog"
	"net"
	"net/http"
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
	server  *http.Server
	serving chan struct{} // closed when the server has ended

	mu        sync.Mutex
	phase     phase
	current   *invocation   // in the phases invoking and answered
	initError *Error        // in the phase failed
	arrived   chan struct{} // closed when there is an event; replaced when it is settled

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
		arn:         arn,
		address:     listener.Addr().String(),
		log:         log,
		serving:     make(chan struct{}),
		arrived:     make(chan struct{}),
		initialized: make(chan struct{}),
		closed:      make(chan struct{}),
	}
	a.server = &http.Server{
		Handler:           a.guard(a.routes()),
		ConnContext:       withPeer,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	go func() {
		defer close(a.serving)
		_ = a.server.Serve(listener) // always ErrServerClosed: the listener is ours alone
	}()
	return a, nil
}

// close ends the server. An answer that the process sent just before it ended is still read,
// because its bytes are here already. It must be called once.
func (a *runtimeAPI) close() {
	close(a.closed)
	ctx, cancel := context.WithTimeout(context.Background(), drainLimit)
	defer cancel()
	if a.server.Shutdown(ctx) != nil {
		_ = a.server.Close()
	}
	<-a.serving
}

// deliver makes inv the event that the runtime gets when it asks. The phase must be idle.
func (a *runtimeAPI) deliver(inv *invocation, deadline time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	inv.deadline = deadline
	a.phase, a.current = invoking, inv
	close(a.arrived)
}

// ask moves the runtime to its next event and returns the channel that is closed when there is one.
// It reports false if the runtime has declared itself unable to run.
//
// A runtime that asks again without having answered gets the same event again, as in AWS's
// emulator.
func (a *runtimeAPI) ask() (arrived <-chan struct{}, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch a.phase {
	case failed:
		return nil, false
	case starting:
		a.phase = idle
		close(a.initialized)
	case answered:
		close(a.current.settled)
		a.phase, a.current, a.arrived = idle, nil, make(chan struct{})
	case idle, invoking:
	}
	return a.arrived, true
}

// take returns the event for the runtime, nil if another call has taken and answered it meanwhile.
func (a *runtimeAPI) take() *invocation {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.phase != invoking {
		return nil
	}
	a.current.handed = true
	return a.current
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
