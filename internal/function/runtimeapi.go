package function

import (
	"context"
	"net"
	"slices"
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
	answered              // it reported how the invocation ended, and is about to ask again
	lapsed                // it did not ask again in the time of that invocation, and is ended
)

// runtimeAPI is the Lambda Runtime API of one execution environment, on a port of its own. It holds
// the protocol's state; the handlers in endpoints.go translate it to HTTP.
type runtimeAPI struct {
	cfg     *Config
	arn     string
	address string
	open    connections

	mu        sync.Mutex
	phase     phase
	current   *invocation   // in the phases invoking and answered
	following *invocation   // in the phase answered: what the runtime gets when it asks, nil if nothing yet
	initError *Error        // in the phase failed
	asking    []*connection // in the phase idle: those that wait for an event
	closed    bool

	initialized chan struct{} // closed when the phase starting is over
}

// listenRuntimeAPI serves the Runtime API on a free port of the loopback interface.
func listenRuntimeAPI(cfg *Config) (*runtimeAPI, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a := &runtimeAPI{
		cfg:         cfg,
		arn:         strings.NewReplacer("\r", " ", "\n", " ").Replace(cfg.ARN), // for a header
		address:     listener.Addr().String(),
		initialized: make(chan struct{}),
	}
	a.open.listener, a.open.open = listener, map[*connection]bool{}
	a.open.serving.Go(func() { a.open.accept(a.serve) })
	return a, nil
}

// close ends the server. An answer that the process sent just before it ended is still read,
// because its bytes are here already. It must be called once.
func (a *runtimeAPI) close() {
	a.mu.Lock()
	asking := a.asking
	a.closed, a.asking = true, nil
	a.mu.Unlock()
	for _, c := range asking {
		c.giveTurn(false)
	}
	a.open.close(drainLimit)
}

// deliver makes inv the event that the runtime gets when it asks, and gives it to one that has
// asked. The phase must be idle, or answered without an event that follows. To one that has lapsed
// meanwhile nothing is given.
//
// Parity: Function invocation: the next one may wait for a runtime that has answered
func (a *runtimeAPI) deliver(inv *invocation) {
	for _, c := range a.place(inv) {
		a.handOver(c, inv)
	}
}

// place returns the connections that wait for the event. From here on it counts as handed.
func (a *runtimeAPI) place(inv *invocation) (asking []*connection) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch a.phase {
	case answered:
		a.following = inv
		return nil
	case lapsed:
		return nil
	case starting, failed, idle, invoking:
	}
	a.begin(inv)
	asking, a.asking = a.stillAsking(), nil
	inv.handed = len(asking) > 0
	return asking
}

// stillAsking are those that wait for an event and have not hung up.
func (a *runtimeAPI) stillAsking() []*connection {
	return slices.DeleteFunc(a.asking, func(c *connection) bool {
		isGone := c.look() == gone
		if isGone {
			c.giveTurn(false)
		}
		return isGone
	})
}

// withdraw takes an event back that still waits for the runtime, and reports whether it did.
func (a *runtimeAPI) withdraw(inv *invocation) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	waits := a.following == inv
	if waits {
		a.following = nil
	}
	return waits
}

// asks reports whether the runtime gets an event at once.
func (a *runtimeAPI) asks() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.phase == idle
}

// begin starts the invocation's time.
func (a *runtimeAPI) begin(inv *invocation) {
	remaining := inv.remaining(a.cfg.Timeout)
	inv.ends, inv.deadline = time.Now().Add(remaining), a.cfg.Now().Add(remaining)
	a.phase, a.current = invoking, inv
}

// left is how long inv may still take, or wait for the runtime: its time does not run before that
// is ready for it.
func (a *runtimeAPI) left(inv *invocation) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if inv.ends.IsZero() {
		return patience
	}
	return time.Until(inv.ends)
}

// lapse reports whether the runtime has answered and not asked again in the time of that
// invocation. If so, it gets no further event.
func (a *runtimeAPI) lapse() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.phase != answered || time.Now().Before(a.current.ends) {
		return false
	}
	a.phase = lapsed
	return true
}

// next moves the runtime to its next event. If there is none yet, the connection waits for one,
// which deliver hands over. It returns nothing if the runtime has hung up, or everything ends.
//
// A runtime that asks again without having answered gets the same event again, as in AWS's
// emulator.
func (a *runtimeAPI) next(c *connection) (inv *invocation, waits bool, refused *refusal) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch refused := a.ask(); {
	case refused != nil:
		return nil, false, refused
	case a.closed:
		return nil, false, nil
	case a.phase == idle:
		a.asking = append(a.stillAsking(), c)
		return nil, true, nil
	case c.look() == gone:
		return nil, false, nil
	}
	a.current.handed = true
	return a.current, false, nil
}

// forget is for a connection that has ended.
func (a *runtimeAPI) forget(c *connection) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asking = slices.DeleteFunc(a.asking, func(asking *connection) bool { return asking == c })
}

// ask takes the runtime to the event that follows the one it has answered. It refuses if the
// runtime has declared itself unable to run.
func (a *runtimeAPI) ask() *refusal {
	switch a.phase {
	case failed:
		return outOfOrder("InitError", "Ready")
	case lapsed:
		return outOfOrder("Running", "Ready")
	case starting:
		a.phase = idle
		close(a.initialized)
	case answered:
		a.phase, a.current = idle, nil
		if inv := a.following; inv != nil {
			a.following = nil
			a.begin(inv)
		}
	case idle, invoking:
	}
	return nil
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
	close(a.current.answered)
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
