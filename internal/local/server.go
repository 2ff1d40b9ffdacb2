package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// server is one address that the runtime serves on.
type server struct {
	listener net.Listener
	http     *http.Server  // nil until started
	ended    chan struct{} // closed when nothing is served any more
}

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
	if err != nil || host == "localhost" {
		return err == nil
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
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

func (s *server) start(handler http.Handler, failed chan<- error) {
	s.http = &http.Server{
		Handler:           handler,
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

// close lets requests in flight finish and closes the address. When it returns,
// the address is free.
func (s *server) close(ctx context.Context) error {
	if s.http == nil {
		return s.listener.Close()
	}
	defer func() { <-s.ended }()
	if err := s.http.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("waiting for requests to %s: %w", s.url(), err), s.http.Close())
	}
	return nil
}
