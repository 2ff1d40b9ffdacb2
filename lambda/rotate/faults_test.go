package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"syscall"
)

// faults is the function's transport, which can fail in every way a call can fail.
type faults struct {
	base  http.RoundTripper
	token func(string) // hears of every token that is issued

	mu     sync.Mutex
	calls  []string // the operations called so far
	fault  fault
	strike int  // the call that fault strikes, counted from 0 since it was set
	struck bool // once
	// answer, if set, comes before the server: a non-nil response is the answer.
	answer func(operation string, r *http.Request) *http.Response
}

type fault int

const (
	none        fault = iota
	crashBefore       // the process ends before the call is sent
	crashAfter        // the process ends when the server has done its work
	loseAnswer        // the server does its work, the connection breaks
)

// arm sets the fault that the call at strike meets, and forgets the calls so far.
func (f *faults) arm(what fault, strike int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls, f.fault, f.strike, f.struck = nil, what, strike, false
}

// disarm ends faults and says whether there was one.
func (f *faults) disarm() (struck bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = none
	return f.struck
}

func (f *faults) note(operation string) fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, operation)
	if f.fault == none || f.struck || len(f.calls)-1 != f.strike {
		return none
	}
	f.struck = true
	return f.fault
}

func (f *faults) RoundTrip(r *http.Request) (*http.Response, error) {
	operation := operationOf(r)
	what := f.note(operation)
	if what == crashBefore {
		runtime.Goexit()
	}
	if f.answer != nil {
		if response := f.answer(operation, r); response != nil {
			return response, nil
		}
	}
	response, err := f.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	if closing := response.Body.Close(); err != nil || closing != nil {
		return nil, fmt.Errorf("reading the answer: %w, %w", err, closing)
	}
	f.noteToken(body)
	response.Body = io.NopCloser(bytes.NewReader(body))
	if what == crashAfter {
		runtime.Goexit()
	}
	if what == loseAnswer {
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	return response, nil
}

func (f *faults) noteToken(body []byte) {
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if json.Unmarshal(body, &answer) == nil && f.token != nil {
		f.token(answer.AccessToken)
	}
}

// operationOf is the name of the AWS operation, or "token".
func operationOf(r *http.Request) string {
	if _, operation, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		return operation
	}
	return "token"
}

// refusal is an answer of AWS, or of something before it.
func refusal(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		Status: http.StatusText(status), StatusCode: status, Request: r,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}, "X-Amzn-Requestid": {"0a1b2c3d-0000-4000-8000-000000000000"}},
		Body:   io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}
