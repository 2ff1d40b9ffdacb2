package function_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestAnotherUserIsNotAnswered asks with the right Host, as another user of this machine can.
func TestAnotherUserIsNotAnswered(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make a socket of another user")
	}
	t.Parallel()
	p := newPuppet(t)
	stranger := &http.Client{Transport: &http.Transport{DialContext: dialAs(65534)}, Timeout: time.Minute}
	for path, method := range map[string]string{"/invocation/next": http.MethodGet, "/init/error": http.MethodPost} {
		request, err := http.NewRequestWithContext(t.Context(), method, p.base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := stranger.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != http.StatusForbidden || strings.Contains(string(body), "puppet") {
			t.Errorf("%s: got %d %s, want 403", path, response.StatusCode, body)
		}
	}
	p.finish(p.next())
}

// A socket that was closed is listed as root's, who may be the one that runs this.
func TestAnotherUserWhoHangsUpIsNotHeard(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make a socket of another user")
	}
	t.Parallel()
	p := newPuppet(t)
	address, _, _ := strings.Cut(strings.TrimPrefix(p.base, "http://"), "/")
	for range 20 {
		conn, err := dialAs(65534)(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: "+address+"\r\nContent-Length: 2\r\n\r\n{}"); err != nil {
			t.Fatal(err)
		}
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
	}
	p.finish(p.next())
}

// A runtime may use an IPv6 socket for an IPv4 address.
func TestMappedAddressesAreAnswered(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	client := &http.Client{Transport: &http.Transport{DialContext: dialMapped}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.base+"/invocation/next", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)
	response.Body.Close()
	if response.StatusCode != http.StatusOK || string(body) != puppetEvent {
		t.Errorf("got %d %s", response.StatusCode, body)
	}
	p.finish(p.next())
}

// dialAs connects with a socket that belongs to another user: Linux gives it to the user whose file
// access the thread has.
func dialAs(uid uintptr) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (conn net.Conn, err error) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			runtime.LockOSThread() // and never back: the thread ends with its user
			if _, _, errno := syscall.RawSyscall(syscall.SYS_SETFSUID, uid, 0, 0); errno != 0 {
				err = errno
				return
			}
			conn, err = new(net.Dialer).DialContext(ctx, network, address)
		}()
		<-done
		return conn, err
	}
}

func dialMapped(_ context.Context, _, address string) (net.Conn, error) {
	to, err := net.ResolveTCPAddr("tcp4", address)
	if err != nil {
		return nil, err
	}
	fd, err := syscall.Socket(syscall.AF_INET6, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(fd), "socket")
	defer func() { _ = file.Close() }()
	if err := syscall.Connect(fd, &syscall.SockaddrInet6{Port: to.Port, Addr: [16]byte(to.IP.To16())}); err != nil {
		return nil, err
	}
	return net.FileConn(file)
}
