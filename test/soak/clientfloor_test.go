package soak

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// clientFloor is what the published client costs at least: processes of an empty function, and a
// Runtime API that is no HTTP server. It reads just enough to know when a request ends, and answers
// with constants. No runtime can call a function built with that client faster.
type clientFloor struct {
	pids     []int
	events   chan struct{} // one for each event that may be taken
	answered sync.WaitGroup
}

// startClientFloor starts as many processes as there are connections.
func startClientFloor(t *testing.T) *clientFloor {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	f := &clientFloor{events: make(chan struct{})}
	go func() {
		for connection, err := listener.Accept(); err == nil; connection, err = listener.Accept() {
			go f.serve(connection)
		}
	}()
	for range speedConnections {
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(present.binaries, "empty"))
		cmd.Env = []string{"AWS_LAMBDA_RUNTIME_API=" + listener.Addr().String(), "GOMAXPROCS=1"} // as the runtime sets it
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait() // it was killed
		})
		f.pids = append(f.pids, cmd.Process.Pid)
	}
	f.invoke(1_000) // wait for the processes
	return f
}

// invoke gives out so many events and waits for the answers.
func (f *clientFloor) invoke(times int) load {
	begun := time.Now()
	f.answered.Add(times)
	for range times {
		f.events <- struct{}{}
	}
	f.answered.Wait()
	return load{each: make([]time.Duration, times), took: time.Since(begun)}
}

const (
	clientFloorEvent = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n" +
		"Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n" +
		"Lambda-Runtime-Deadline-Ms: 99999999999999\r\n\r\n{}"
	clientFloorAccepted = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
)

func (f *clientFloor) serve(connection net.Conn) {
	defer connection.Close()
	requests := bufio.NewReader(connection)
	for {
		method, err := readHead(requests)
		switch {
		case err != nil:
			return
		case method == "GET":
			<-f.events
			fmt.Fprint(connection, clientFloorEvent)
		default:
			if skipChunks(requests) != nil {
				return
			}
			f.answered.Done()
			fmt.Fprint(connection, clientFloorAccepted)
		}
	}
}

// readHead reads a request to the end of its headers and returns the method.
func readHead(r *bufio.Reader) (method string, err error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	method, _, _ = strings.Cut(line, " ")
	return method, skipLines(r)
}

// skipChunks reads a body of chunks, which is what the client sends, and the trailers after it.
func skipChunks(r *bufio.Reader) error {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		size, err := strconv.ParseUint(strings.TrimSpace(line), 16, 31)
		if err != nil {
			return err
		}
		if size == 0 {
			return skipLines(r)
		}
		if _, err := r.Discard(int(size) + len("\r\n")); err != nil {
			return err
		}
	}
}

// skipLines reads to the first empty line.
func skipLines(r *bufio.Reader) error {
	for {
		line, err := r.ReadSlice('\n')
		if err != nil || len(bytes.TrimSpace(line)) == 0 {
			return err
		}
	}
}
