package soak

import (
	"bufio"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// What the machine can do at most: an HTTP server that does nothing, or only the one thing that
// every refusal needs, and RSA by itself. The runtime is measured beside them.

// floorVariable makes this test binary the HTTP server.
const floorVariable = "M2M_SOAK_FLOOR"

// serveFloor says where it serves, and serves until it is killed.
func serveFloor() {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	raw, err := newRawRSA()
	if err != nil {
		panic(err)
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != verifyingPath {
			return
		}
		if _, err := raw.verify(); err != nil {
			panic(err)
		}
		http.Error(w, `{"message":"Forbidden"}`, http.StatusForbidden)
	})
	fmt.Println("http://" + listener.Addr().String())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	panic(server.Serve(listener))
}

// verifyingPath is where the server verifies one RSA signature and answers 403, which no gateway
// can do without.
const verifyingPath = "/verifying"

// floor is that HTTP server, in a process of its own.
type floor struct {
	url string
	pid int
}

// startFloor runs one until the test ends.
func startFloor(t *testing.T) floor {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0])
	cmd.Env = append(os.Environ(), floorVariable+"=1")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return floor{url: strings.TrimSpace(line), pid: cmd.Process.Pid}
}

func (f floor) request(t *testing.T, path string) func(int) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return func(int) *http.Request { return request.Clone(request.Context()) }
}

// rawRSA is RSA-2048 with SHA-256, as tokens are signed.
type rawRSA struct {
	key       *rsa.PrivateKey
	digest    [sha256.Size]byte
	signature []byte
}

func newRawRSA() (*rawRSA, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	r := &rawRSA{key: key, digest: sha256.Sum256([]byte("anything"))}
	r.signature, err = r.sign()
	return r, err
}

func (r *rawRSA) sign() ([]byte, error) {
	return rsa.SignPKCS1v15(nil, r.key, crypto.SHA256, r.digest[:])
}

func (r *rawRSA) verify() ([]byte, error) {
	return nil, rsa.VerifyPKCS1v15(&r.key.PublicKey, crypto.SHA256, r.digest[:], r.signature)
}

// repeat does something so many times, in as many goroutines as there are connections to a server.
func repeat(t *testing.T, times int, do func() ([]byte, error)) load {
	t.Helper()
	var next atomic.Int64
	var doing sync.WaitGroup
	begun := time.Now()
	for range speedConnections {
		doing.Go(func() {
			for next.Add(1) <= int64(times) {
				if _, err := do(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	doing.Wait()
	return load{each: make([]time.Duration, times), took: time.Since(begun)}
}
