// Package listener is one address that a run serves on: taken before anything answers there, with a
// handler that is swapped for another one while requests come in, and given back when those under
// way have been answered.
//
// It owns the protocols, the times that requests may take, and the connections. What is served is
// its callers'.
package listener

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Listener is one address. It is bound by Listen, answers from Start on, and is closed by Close.
type Listener struct {
	bound   net.Listener
	handler swappableHandler
	http    *http.Server  // nil until started
	ended   chan struct{} // closed when nothing is served any more
	silent  silentConnections
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

// Listen takes an address, as host:port; port 0 takes a free one. It fails with an *AddressError.
func Listen(addr string) (*Listener, error) {
	bound, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, &AddressError{Addr: addr, Err: err}
	}
	return &Listener{bound: bound}, nil
}

// CheckFree finds out whether addr can be listened on, without keeping it.
func CheckFree(addr string) error {
	l, err := Listen(addr)
	if err != nil {
		return err
	}
	return l.bound.Close()
}

// URL is where the listener is reached. A wildcard address is reached on loopback.
//
// Parity: Runtime: plain HTTP on loopback
func (l *Listener) URL() string {
	addr := l.bound.Addr().(*net.TCPAddr)
	host := addr.IP.String()
	if addr.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, fmt.Sprint(addr.Port))
}

// Addr is the address, as host:port.
func (l *Listener) Addr() string { return l.bound.Addr().String() }

// Started reports whether the listener answers.
func (l *Listener) Started() bool { return l.http != nil }

// Start answers by the handler that was given to Swap or SwapIdle. If the listener stops working,
// failed receives why.
func (l *Listener) Start(failed chan<- error) {
	// AWS speaks HTTP/2 to a client that asks for it in TLS. Without TLS a client has to know
	// before (RFC 9113 section 3.3).
	//
	// Parity: Runtime: HTTP/2 without TLS
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	l.http = &http.Server{
		Protocols:         &protocols,
		ConnState:         l.silent.note,
		Handler:           &l.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       DrainTime,
		IdleTimeout:       2 * time.Minute,
	}
	l.ended = make(chan struct{})
	go func() {
		defer close(l.ended)
		if err := l.http.Serve(l.bound); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("serving %s: %w", l.URL(), err)
		}
	}()
}

// DrainTime is how long requests in flight may take after Close: an integration of an HTTP API
// times out after at most 30 seconds.
const DrainTime = 31 * time.Second

// Close lets requests in flight finish and closes the address. When it returns, the address is
// free.
func (l *Listener) Close(ctx context.Context) error {
	if l.http == nil {
		return l.bound.Close()
	}
	defer func() { <-l.ended }()
	l.silent.end()
	if err := l.http.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("waiting for requests to %s: %w", l.URL(), err), l.http.Close())
	}
	return nil
}
