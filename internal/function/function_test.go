package function_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"cognito-m2m/internal/function"
	"cognito-m2m/internal/m2mtest"
)

func TestInvokeReachesPublishedRuntime(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:lambda:eu-west-1:123456789012:function:test"
	now := time.Now().Truncate(time.Millisecond)
	f := newFunction(t, "sdk", function.Config{ARN: arn, Now: func() time.Time { return now }})

	response, requestID, err := f.Invoke(t.Context(), []byte(`{"rawPath":"/test_jwt"}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := uuid.Parse(requestID); err != nil {
		t.Errorf("request id %q: %v", requestID, err)
	}
	var got struct {
		Event      struct{ RawPath string }
		RequestID  string
		ARN        string
		TraceID    string
		DeadlineMs int64
	}
	if err := json.Unmarshal(response, &got); err != nil {
		t.Fatalf("decoding %q: %v", response, err)
	}
	if got.Event.RawPath != "/test_jwt" {
		t.Errorf("rawPath = %q", got.Event.RawPath)
	}
	if got.RequestID != requestID {
		t.Errorf("request id in function = %q, outside %q", got.RequestID, requestID)
	}
	if got.ARN != arn {
		t.Errorf("invoked function ARN = %q, want %q", got.ARN, arn)
	}
	if want := now.Add(time.Minute).UnixMilli(); got.DeadlineMs != want {
		t.Errorf("deadline = %d, want %d", got.DeadlineMs, want)
	}
	if !strings.HasPrefix(got.TraceID, "Root=1-") || !strings.Contains(got.TraceID, ";Parent=") {
		t.Errorf("trace id = %q", got.TraceID)
	}
}

func TestFunctionErrorOfPublishedRuntime(t *testing.T) {
	t.Parallel()
	f := newFunction(t, "sdk", function.Config{})
	for event, want := range map[string]function.Error{
		`"fail"`:  {Type: "errorString", Message: "no such order"},
		`"panic"`: {Type: "string", Message: "out of paper"},
	} {
		_, _, err := f.Invoke(t.Context(), []byte(event))
		var got *function.Error
		if !errors.As(err, &got) || *got != want {
			t.Errorf("%s: error = %v, want %v", event, err, &want)
		}
	}
	for want, err := range map[string]function.Error{
		"no such order":        {Type: "errorString", Message: "no such order"},
		"a: b":                 {Type: "wrapError", Message: "a: b"},
		"OrderError: no stock": {Type: "OrderError", Message: "no stock"},
	} {
		if err.Error() != want {
			t.Errorf("%+v reads %q, want %q", err, err.Error(), want)
		}
	}
	if _, _, err := f.Invoke(t.Context(), []byte(`{}`)); err != nil {
		t.Errorf("after errors: %v", err)
	}
}

func TestWarmEnvironmentIsUsedAgain(t *testing.T) {
	t.Parallel()
	f := newFunction(t, "script", function.Config{})
	first := order(t, f, `{}`)
	for range 20 {
		if again := order(t, f, `{}`); again.PID != first.PID {
			t.Fatalf("process = %d, want %d again", again.PID, first.PID)
		}
	}
}

func TestOverlappingInvocationsHaveProcessesOfTheirOwn(t *testing.T) {
	t.Parallel()
	const calls = 3
	f := newFunction(t, "script", function.Config{Concurrency: new(calls)})
	meeting := newBarrier(t)
	pids := make(chan int, calls)
	var invoking sync.WaitGroup
	for range calls {
		invoking.Go(func() {
			r, err := call(f, meeting.event("meet"))
			if err != nil {
				t.Error(err)
			}
			pids <- r.PID
		})
	}
	for range calls {
		<-meeting.arrived // all are in the function at the same time
	}

	_, requestID, err := f.Invoke(t.Context(), []byte(`{}`))
	if !errors.Is(err, function.ErrThrottled) {
		t.Errorf("one more: error = %v, want %v", err, function.ErrThrottled)
	}
	if requestID == "" {
		t.Error("one more: no request id")
	}
	meeting.open()
	invoking.Wait()
	seen := map[int]bool{}
	for range calls {
		seen[<-pids] = true
	}
	if len(seen) != calls {
		t.Errorf("processes = %d, want %d", len(seen), calls)
	}
	if again := order(t, f, `{}`); !seen[again.PID] {
		t.Error("a new process was started though warm ones are there")
	}
}

// Whoever logs an invocation that Lambda refuses finds Lambda's status in the error.
func TestRefusedInvocationsHaveLambdaStatus(t *testing.T) {
	t.Parallel()
	type refused interface {
		error
		LambdaStatus() int
	}
	throttled := newFunction(t, "script", function.Config{Concurrency: new(0)})
	for name, c := range map[string]struct {
		f       *function.Function
		payload []byte
		want    int
	}{
		"throttled": {throttled, []byte(`{}`), 429},
		"too large": {newFunction(t, "script", function.Config{}), make([]byte, 6<<20+1), 413},
	} {
		_, _, err := c.f.Invoke(t.Context(), c.payload)
		if got, ok := errors.AsType[refused](err); !ok || got.LambdaStatus() != c.want {
			t.Errorf("%s: %v, want status %d", name, err, c.want)
		}
	}
}

func TestInvokeRefusesTooLargeRequest(t *testing.T) {
	t.Parallel()
	f := newFunction(t, "script", function.Config{})
	_, _, err := f.Invoke(t.Context(), make([]byte, 6<<20+1))
	if !errors.Is(err, function.ErrRequestTooLarge) {
		t.Errorf("error = %v, want %v", err, function.ErrRequestTooLarge)
	}
}

func TestInvocationGoesOnWithoutItsCaller(t *testing.T) {
	t.Parallel()
	out := newOutput()
	f := newFunction(t, "script", function.Config{Output: out})
	meeting := newBarrier(t)
	ctx, leave := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() {
		_, _, err := f.Invoke(ctx, meeting.event("meet"))
		result <- err
	}()
	<-meeting.arrived
	leave()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want %v", err, context.Canceled)
	}
	meeting.open()
	waitFor(t, out.lines, "met") // said after the caller has left
}

func TestInvocationWithoutCallerCountsAgainstConcurrency(t *testing.T) {
	t.Parallel()
	f := newFunction(t, "script", function.Config{Concurrency: new(1)})
	meeting := newBarrier(t)
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan struct{})
	go func() {
		defer close(left)
		_, _, _ = f.Invoke(ctx, meeting.event("meet"))
	}()
	<-meeting.arrived
	leave()
	<-left
	if _, _, err := f.Invoke(t.Context(), []byte(`{}`)); !errors.Is(err, function.ErrThrottled) {
		t.Errorf("error = %v, want %v", err, function.ErrThrottled)
	}
}

func TestReservedConcurrencyOfZeroRefusesEveryInvocation(t *testing.T) {
	t.Parallel()
	f := newFunction(t, "script", function.Config{Concurrency: new(0)})
	if _, _, err := f.Invoke(t.Context(), []byte(`{}`)); !errors.Is(err, function.ErrThrottled) {
		t.Errorf("error = %v, want %v", err, function.ErrThrottled)
	}
}

func TestCloseWaitsForInvocations(t *testing.T) {
	t.Parallel()
	f := newFunction(t, "script", function.Config{})
	meeting := newBarrier(t)
	answered := make(chan report, 1)
	go func() {
		r, err := call(f, meeting.event("meet"))
		if err != nil {
			t.Error(err)
		}
		answered <- r
	}()
	<-meeting.arrived

	closed := make(chan error, 1)
	go func() { closed <- f.Close(context.Background()) }()
	m2mtest.Eventually(t, "no new invocations", func() bool {
		_, _, err := f.Invoke(t.Context(), nil)
		return errors.Is(err, function.ErrClosed)
	})
	select {
	case err := <-closed:
		t.Fatalf("closed before the invocation was done: %v", err)
	default:
	}
	meeting.open()
	pid := (<-answered).PID
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if m2mtest.Running(pid) {
		t.Errorf("process %d is still there", pid)
	}
}

func TestCloseCutsInvocationsShortWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	f := newFunction(t, "script", function.Config{})
	meeting := newBarrier(t)
	result := make(chan error, 1)
	go func() {
		_, _, err := f.Invoke(t.Context(), meeting.event("hang"))
		result <- err
	}()
	<-meeting.arrived
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Close: error = %v, want %v", err, context.Canceled)
	}
	if err := <-result; !errors.Is(err, function.ErrClosed) {
		t.Errorf("Invoke: error = %v, want %v", err, function.ErrClosed)
	}
}

// TestCloseLeavesNothing does not run beside other tests: it counts what the whole process has.
func TestCloseLeavesNothing(t *testing.T) {
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	f := newFunction(t, "script", function.Config{})
	forked := order(t, f, `{"do":"fork"}`)
	if _, _, err := f.Invoke(t.Context(), []byte(`{"do":"exit"}`)); err == nil {
		t.Error("no error after a crash")
	}
	second := order(t, f, `{"do":"fork"}`)
	if err := f.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, pid := range []int{forked.PID, second.PID} {
		if m2mtest.Running(pid) {
			t.Errorf("process %d is still there", pid)
		}
	}
	m2mtest.AwaitGone(t, forked.Child)
	m2mtest.AwaitGone(t, second.Child)
	m2mtest.Eventually(t, "end of goroutines", func() bool { return runtime.NumGoroutine() <= goroutines })
	m2mtest.Eventually(t, "end of open files", func() bool { return openFiles(t) <= files })
	if err := f.Close(t.Context()); err != nil {
		t.Errorf("closing again: %v", err)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	plain := filepath.Join(t.TempDir(), "bootstrap")
	if err := os.WriteFile(plain, []byte("#!/bin/sh\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(programs, "script")
	for name, test := range map[string]struct {
		cfg  function.Config
		want string
	}{
		"no name":             {function.Config{Bootstrap: script}, "name is missing"},
		"no bootstrap":        {function.Config{Name: "f"}, "bootstrap is missing"},
		"absent bootstrap":    {function.Config{Name: "f", Bootstrap: plain + "x"}, "no such file"},
		"plain file":          {function.Config{Name: "f", Bootstrap: plain}, "chmod +x"},
		"negative timeout":    {function.Config{Name: "f", Bootstrap: script, Timeout: -1}, "timeout is negative"},
		"negative limit":      {function.Config{Name: "f", Bootstrap: script, Concurrency: new(-1)}, "concurrency is negative"},
		"variable with =":     {function.Config{Name: "f", Bootstrap: script, Environment: map[string]string{"AWS_REGION=x": "y"}}, `variable "AWS_REGION=x"`},
		"variable of a digit": {function.Config{Name: "f", Bootstrap: script, Environment: map[string]string{"1A": "y"}}, `variable "1A"`},
		"unnamed variable":    {function.Config{Name: "f", Bootstrap: script, Environment: map[string]string{"": "y"}}, `variable ""`},
		"variable with NUL":   {function.Config{Name: "f", Bootstrap: script, Environment: map[string]string{"AB": "secret\x00"}}, "variable AB: a value can't contain a NUL"},
		"reserved variables":  {function.Config{Name: "f", Bootstrap: script, Environment: map[string]string{"AWS_REGION": "x", "AB": "y", "_HANDLER": "z"}}, "AWS_REGION, _HANDLER are reserved"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := function.New(test.cfg)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want one with %q", err, test.want)
			}
		})
	}
}
