package soak

import (
	"bufio"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
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

// What the machine can do at most: an HTTP server that does nothing, or only what every refusal
// needs, and RSA by itself. The runtime is measured beside them.

// floorVariable makes this test binary the HTTP server. Its value is the key of the tokens that it
// verifies: PKCS #1, in base64.
const floorVariable = "M2M_SOAK_FLOOR"

// serveFloor says where it serves, and serves until it is killed.
func serveFloor() {
	der, err := base64.StdEncoding.DecodeString(os.Getenv(floorVariable))
	if err != nil {
		panic(err)
	}
	key, err := x509.ParsePKCS1PublicKey(der)
	if err != nil {
		panic(err)
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("http://" + listener.Addr().String())
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != verifyingPath {
			return
		}
		if err := verifyToken(key, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		http.Error(w, `{"message":"Forbidden"}`, http.StatusForbidden)
	})
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	panic(server.Serve(listener))
}

// verifyingPath is where the server verifies the signature of the token that it is sent, looks at
// nothing that the token says, and answers 403. No gateway can do without that.
const verifyingPath = "/verifying"

// verifyToken verifies the signature of a token by RS256.
func verifyToken(key *rsa.PublicKey, token string) error {
	dot := strings.LastIndexByte(token, '.')
	if dot < 0 {
		return errors.New("there is no token")
	}
	signature, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(token[:dot]))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature)
}

// floor is that HTTP server, in a process of its own.
type floor struct {
	url string
	pid int
}

// startFloor runs one that verifies tokens of the key, until the test ends.
func startFloor(t *testing.T, key *rsa.PublicKey) floor {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0])
	cmd.Env = append(os.Environ(), floorVariable+"="+base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(key)))
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

// verified are requests with tokens that say the same as those of a run.
func (f floor) verified(t *testing.T, raw *rawRSA, tokens []string) []*http.Request {
	t.Helper()
	requests := make([]*http.Request, len(tokens))
	for i, token := range tokens {
		token, err := raw.resigned(token)
		if err != nil {
			t.Fatal(err)
		}
		requests[i] = f.request(t, verifyingPath)(i)
		requests[i].Header.Set("Authorization", "Bearer "+token)
	}
	return requests
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

// resigned is a token that says the same, signed with this key.
func (r *rawRSA) resigned(token string) (string, error) {
	said := token[:strings.LastIndexByte(token, '.')]
	digest := sha256.Sum256([]byte(said))
	signature, err := rsa.SignPKCS1v15(nil, r.key, crypto.SHA256, digest[:])
	return said + "." + base64.RawURLEncoding.EncodeToString(signature), err
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
