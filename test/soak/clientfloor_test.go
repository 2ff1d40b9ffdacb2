package soak

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// clientFloor is what the published client costs at least: processes of an empty function, and a
// Runtime API that is no HTTP server. It reads just enough to know when a request ends, and answers
// with constants. No runtime can call a function built with that client faster.
type clientFloor struct {
	program
	pids     []int
	turns    chan struct{} // one for each event that may be taken
	given    atomic.Int64  // events
	answered sync.WaitGroup
	wrong    atomic.Int64 // answers
}

// program is a function that is called so.
type program struct {
	name      string   // of the binary
	variables []string // beside those that a function needs to be called
	events    []string // in turn
	answer    string   // what the answer must begin with
}

// startClientFloor starts as many processes of an empty function as there are connections.
func startClientFloor(t *testing.T) *clientFloor {
	t.Helper()
	return startProgram(t, program{name: "empty", events: []string{"{}"}})
}

func startProgram(t *testing.T, p program) *clientFloor {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	f := &clientFloor{program: p, turns: make(chan struct{})}
	go func() {
		for connection, err := listener.Accept(); err == nil; connection, err = listener.Accept() {
			go f.serve(connection)
		}
	}()
	for range speedConnections {
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(present.binaries, p.name))
		cmd.Env = append([]string{"AWS_LAMBDA_RUNTIME_API=" + listener.Addr().String(), "GOMAXPROCS=1"}, p.variables...) // as the runtime sets them
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
	t.Cleanup(func() {
		if wrong := f.wrong.Load(); wrong > 0 {
			t.Errorf("%d answers of %s do not begin with %s", wrong, p.name, p.answer)
		}
	})
	return f
}

// invoke gives out so many events and waits for the answers.
func (f *clientFloor) invoke(times int) load {
	begun := time.Now()
	f.answered.Add(times)
	for range times {
		f.turns <- struct{}{}
	}
	f.answered.Wait()
	return load{each: make([]time.Duration, times), took: time.Since(begun)}
}

const (
	clientFloorEvent = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" +
		"Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n" +
		"Lambda-Runtime-Deadline-Ms: %d\r\n\r\n%s"
	clientFloorAccepted = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
)

func (f *clientFloor) serve(connection net.Conn) {
	defer connection.Close()
	requests := bufio.NewReader(connection)
	deadline := time.Now().Add(24 * time.Hour).UnixMilli()
	for {
		method, err := readHead(requests)
		switch {
		case err != nil:
			return
		case method == "GET":
			<-f.turns
			event := f.events[int(f.given.Add(1))%len(f.events)]
			fmt.Fprintf(connection, clientFloorEvent, len(event), deadline, event)
		default:
			answer, err := readChunks(requests)
			if err != nil {
				return
			}
			if !strings.HasPrefix(answer, f.answer) {
				f.wrong.Add(1)
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

// readChunks reads a body of chunks, which is what the client sends, and the trailers after it.
func readChunks(r *bufio.Reader) (body string, err error) {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", err
		}
		size, err := strconv.ParseUint(strings.TrimSpace(line), 16, 31)
		if err != nil {
			return "", err
		}
		if size == 0 {
			return body, skipLines(r)
		}
		chunk := make([]byte, int(size)+len("\r\n"))
		if _, err := io.ReadFull(r, chunk); err != nil {
			return "", err
		}
		body += string(chunk[:size])
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
