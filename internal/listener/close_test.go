package listener

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipes are connections in memory, whose deadlines keep the time of a test.
type pipes struct {
	dialed chan net.Conn
	closed chan struct{}
	close  sync.Once
}

func newPipes() *pipes { return &pipes{dialed: make(chan net.Conn), closed: make(chan struct{})} }

// Accept implements net.Listener.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case connection := <-p.dialed:
		return connection, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (p *pipes) Close() error { p.close.Do(func() { close(p.closed) }); return nil }

// Addr implements net.Listener.
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.dialed <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// TestCloseDoesNotWait for connections over which nothing is under way: one that has sent nothing,
// as browsers open, and one of HTTP/2 that is open and idle. net/http alone waits more than 5
// seconds for the first.
func TestCloseDoesNotWait(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(t *testing.T, p *pipes) (ended func()){
		"silent": func(t *testing.T, p *pipes) func() {
			t.Helper()
			connection, err := p.dial(t.Context(), "", "")
			if err != nil {
				t.Fatal(err)
			}
			return func() {
				if n, err := connection.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
					t.Errorf("read %d bytes, %v; want the end of the connection", n, err)
				}
			}
		},
		"idle HTTP/2": func(t *testing.T, p *pipes) func() {
			t.Helper()
			var protocols http.Protocols
			protocols.SetUnencryptedHTTP2(true)
			transport := &http.Transport{Protocols: &protocols, DialContext: p.dial}
			response, err := (&http.Client{Transport: transport}).Get("http://127.0.0.1/") //nolint:noctx // a test's
			if err != nil {
				t.Fatal(err)
			}
			if response.Proto != "HTTP/2.0" || response.StatusCode != http.StatusNoContent {
				t.Errorf("got %s %d", response.Proto, response.StatusCode)
			}
			_ = response.Body.Close()
			return transport.CloseIdleConnections
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newPipes()
				l := &Listener{bound: p}
				l.Swap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
				l.Start(make(chan error, 1))
				ended := open(t, p)
				synctest.Wait()
				began := time.Now()
				if err := l.Close(t.Context()); err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took > 2*time.Second {
					t.Errorf("closing took %s", took)
				}
				ended()
			})
		})
	}
}
