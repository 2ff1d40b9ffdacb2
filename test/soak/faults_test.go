package soak

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// The bodies of API Gateway's answers to what a function does wrong.
const (
	internalServerError = `{"message":"Internal Server Error"}`
	serviceUnavailable  = `{"message":"Service Unavailable"}`
)

// responseLimit is the largest output of a function in bytes: 6 MiB and some room for the envelope
// (docs/aws-behaviour.md, section 7).
const responseLimit = 6<<20 + 100

// fault is what a function does wrong, and what the caller must see of it.
type fault struct {
	do     string
	size   int
	status int
	body   string // "" for any
}

func faults() []fault {
	flood := count(4, 16) << 20
	return []fault{
		{do: "hang", status: 500, body: internalServerError}, // the function's own time limit
		{do: "exit", status: 500, body: internalServerError},
		{do: "answer", size: responseLimit, status: 200},
		{do: "answer", size: responseLimit + 1, status: 500, body: internalServerError},
		{do: "flood", size: flood, status: 200},
		{do: "endless line", size: flood, status: 200},
		{do: "fork", status: 200},
		{do: "fork and exit", status: 500, body: internalServerError},
	}
}

// TestFaults has functions misbehave all at the same time, while others are called as ever.
func TestFaults(t *testing.T) {
	t.Parallel()
	e, mark := marked(t, timeouts(count(3, 20), 30_000))
	e.others(t, func() {
		var calls sync.WaitGroup
		for _, f := range faults() {
			for range count(1, 5) {
				calls.Go(func() { e.check(t, f) })
			}
		}
		calls.Wait()
	})
	if len(withVariable("SOAK_MARK", mark)) == 0 {
		t.Error("no process has the mark: the end of the test shows nothing")
	}
	e.endsWhole(t, mark)
}

// TestIntegrationTimeout has functions that take longer than their integration may, but not longer
// than they may themselves.
func TestIntegrationTimeout(t *testing.T) {
	t.Parallel()
	e, mark := marked(t, timeouts(4, 2_000))
	e.others(t, func() {
		var calls sync.WaitGroup
		for range count(2, 32) {
			calls.Go(func() { e.check(t, fault{do: "hang", status: 503, body: serviceUnavailable}) })
		}
		calls.Wait()
	})
	e.endsWhole(t, mark)
}

// TestFunctionThatNeverStarts has functions whose processes end, or do nothing, before they ask for
// an event. Lambda gives them ten seconds.
func TestFunctionThatNeverStarts(t *testing.T) {
	t.Parallel()
	starts := map[string]int{"exit": count(20, 1_000)}
	if *full {
		starts["hang"] = 32
	}
	for start, calls := range starts {
		t.Run(start, func(t *testing.T) {
			t.Parallel()
			e, mark := marked(t, variable("FAULTY_START", start))
			request := e.get(t, "/test_jwt", e.mustToken(t, "reader"))
			drive(connections, calls, func(int) *http.Request { return request() }).all(t, 500)
			e.endsWhole(t, mark)
		})
	}
}

// marks numbers the runs of this test binary.
var marks atomic.Int64

// marked is a run whose functions, and all they start, can be told from others.
func marked(t *testing.T, changes ...func(template)) (e *environment, mark string) {
	t.Helper()
	needsProc(t)
	mark = fmt.Sprintf("%s-%d", present.binaries, marks.Add(1))
	return up(t, assembly(t, "faulty", append(changes, variable("SOAK_MARK", mark))...), t.TempDir()), mark
}

// check makes the function do wrong once.
func (e *environment) check(t *testing.T, f fault) {
	query := url.Values{"do": {f.do}, "size": {strconv.Itoa(f.size)}}
	request := e.get(t, "/test_jwt?"+query.Encode(), e.mustToken(t, "reader"))
	status, body := send(noKeepAlive, request())
	if status != f.status || (f.body != "" && body != f.body) {
		t.Errorf("%s: %d %.100q, want %d %q", f.do, status, body, f.status, f.body)
	}
}

// others makes calls that nothing is wrong with while during runs, and a few after it, which must
// all succeed.
func (e *environment) others(t *testing.T, during func()) {
	t.Helper()
	request := e.get(t, "/test_jwt", e.mustToken(t, "writer"))
	some := func() load { return drive(2, 20, func(int) *http.Request { return request() }) }
	ended := make(chan struct{})
	var others sync.WaitGroup
	others.Go(func() {
		made := 0
		for {
			some().all(t, 200)
			made += 20
			select {
			case <-ended:
				t.Logf("%d other calls", made)
				return
			default:
			}
		}
	})
	during()
	close(ended)
	others.Wait()
	some().all(t, 200)
}

// endsWhole is Ctrl-C, after which nothing must be left running.
func (e *environment) endsWhole(t *testing.T, mark string) {
	t.Helper()
	e.Interrupt(t)
	m2mtest.Eventually(t, "the end of every process", func() bool { return len(withVariable("SOAK_MARK", mark)) == 0 })
}
