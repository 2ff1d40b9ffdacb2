package function

import (
	"errors"
	"net"
	"sync"
	"time"
)

// connections are those that a Runtime API has accepted and not closed yet.
type connections struct {
	listener net.Listener
	serving  sync.WaitGroup // one for the listener and one for each connection

	mu      sync.Mutex
	open    map[*connection]bool // whether it waits for a request
	closing time.Time            // until when what is under way may take; zero before the end
}

// acceptPause is how long to wait after a connection could not be accepted, as when there are too
// many open files.
const acceptPause = 10 * time.Millisecond

// accept has serve called for each connection, until the listener is closed.
func (s *connections) accept(serve func(*connection)) {
	for {
		conn, err := s.listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			time.Sleep(acceptPause)
			continue
		}
		s.serving.Go(func() {
			c := newConnection(conn.(*net.TCPConn), s)
			defer s.forget(c)
			serve(c)
		})
	}
}

func (s *connections) forget(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
	_ = c.conn.Close()
}

// waits says whether a connection waits for a request, which is the time to end it.
func (s *connections) waits(c *connection, waiting bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[c] = waiting
	if !s.closing.IsZero() {
		s.hurry(c)
	}
}

// close ends the connections that wait for a request, and the others when they have answered theirs
// or at the limit.
func (s *connections) close(limit time.Duration) {
	_ = s.listener.Close()
	s.mu.Lock()
	s.closing = time.Now().Add(limit)
	for c := range s.open {
		s.hurry(c)
	}
	s.mu.Unlock()
	s.serving.Wait()
}

func (s *connections) hurry(c *connection) {
	_ = c.conn.SetDeadline(s.closing)
	if s.open[c] {
		_ = c.conn.SetReadDeadline(time.Now())
	}
}

// deadline is when to give up reading from a connection, zero for never. The end of all of them
// comes first.
func (s *connections) deadline(c *connection, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing.IsZero() {
		_ = c.conn.SetReadDeadline(at)
	}
}
