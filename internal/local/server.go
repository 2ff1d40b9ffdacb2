package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"cognito-m2m/internal/hosts"
)

// server is one address that the runtime serves on.
type server struct {
	listener net.Listener
	handler  swappableHandler
	http     *http.Server  // nil until started
	ended    chan struct{} // closed when nothing is served any more
	silent   silentConnections
}

// silentConnections are those that have not sent a byte yet, such as a browser opens in advance.
// net/http waits five seconds for each before it ends.
type silentConnections struct {
	mu    sync.Mutex
	open  map[net.Conn]bool
	ended bool
}

// note follows a connection; it is a hook of http.Server.
func (c *silentConnections) note(connection net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(c.open, connection)
	case c.ended:
		_ = connection.Close()
	default:
		if c.open == nil {
			c.open = map[net.Conn]bool{}
		}
		c.open[connection] = true
	}
}

// end closes them in a moment, and those that still come at once.
func (c *silentConnections) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	for connection := range c.open {
		_ = connection.SetReadDeadline(time.Now().Add(lastCall))
	}
}

// lastCall is how long a connection that is still silent may take to send a request when the server
// ends: what was sent before is on its way.
const lastCall = 100 * time.Millisecond

// AddressError says that an address can't be listened on.
type AddressError struct {
	Addr string
	Err  error
}

func (e *AddressError) Error() string {
	if op, ok := errors.AsType[*net.OpError](e.Err); ok {
		return fmt.Sprintf("listening on %s: %v", e.Addr, op.Err)
	}
	return fmt.Sprintf("listening on %s: %v", e.Addr, e.Err)
}

// Unwrap returns the error of listening.
func (e *AddressError) Unwrap() error { return e.Err }

func listen(addr string) (*server, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, &AddressError{Addr: addr, Err: err}
	}
	return &server{listener: l}, nil
}

// isLoopback reports whether an address is reached from this machine alone.
func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	return err == nil && hosts.IsLoopback(host)
}

// checkFree finds out whether addr can be listened on, without keeping it.
func checkFree(addr string) error {
	s, err := listen(addr)
	if err != nil {
		return err
	}
	return s.listener.Close()
}

// url is where the server is reached. A wildcard address is reached on loopback.
//
// Parity: Runtime: plain HTTP on loopback
func (s *server) url() string {
	addr := s.listener.Addr().(*net.TCPAddr)
	host := addr.IP.String()
	if addr.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, fmt.Sprint(addr.Port))
}

// start serves by the handler, which must be there.
func (s *server) start(failed chan<- error) {
	// AWS speaks HTTP/2 to a client that asks for it in TLS. Without TLS a client has to know
	// before (RFC 9113 section 3.3).
	//
	// Parity: Runtime: HTTP/2 without TLS
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	s.http = &http.Server{
		Protocols:         &protocols,
		ConnState:         s.silent.note,
		Handler:           &s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       drainTime,
		IdleTimeout:       2 * time.Minute,
	}
	s.ended = make(chan struct{})
	go func() {
		defer close(s.ended)
		if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("serving %s: %w", s.url(), err)
		}
	}()
}

// close lets requests in flight finish and closes the address. When it returns, the address is
// free.
func (s *server) close(ctx context.Context) error {
	if s.http == nil {
		return s.listener.Close()
	}
	defer func() { <-s.ended }()
	s.silent.end()
	if err := s.http.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("waiting for requests to %s: %w", s.url(), err), s.http.Close())
	}
	return nil
}
