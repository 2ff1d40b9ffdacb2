package function_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cognito-m2m/internal/function"
	"cognito-m2m/internal/m2mtest"
)

// What happens between a runtime's answer and its next call for an event.

// respond answers an event, and does not ask for the next one.
func (p *puppet) respond(event reply) {
	p.t.Helper()
	accepted(p.t, p.post("/invocation/"+requestID(event)+"/response", http.Header{}, strings.NewReader(`{}`)))
	if got := p.got(); got.err != nil || got.id != requestID(event) {
		p.t.Errorf("got %+v", got)
	}
}

// again has f invoked once more in the same process.
func (p *puppet) again(f *function.Function) {
	go func() {
		response, id, err := f.Invoke(p.t.Context(), []byte(puppetEvent))
		p.result <- result{string(response), id, err}
	}()
}

func TestCallersDoNotWaitForTheNextCallForAnEvent(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	p.respond(p.next())
}

// TestTheTimeOfAnInvocationBeginsWithItsEvent: the runtime has answered, and gets the next event
// once it asks.
func TestTheTimeOfAnInvocationBeginsWithItsEvent(t *testing.T) {
	t.Parallel()
	out := newOutput()
	var now, asked atomic.Int64 // in seconds, and how often
	now.Store(1_800_000_000)
	f := newFunction(t, "puppet", function.Config{Output: out, Now: func() time.Time {
		asked.Add(1)
		return time.Unix(now.Load(), 0)
	}})
	p := startPuppet(t, f, out)
	p.respond(p.next())

	before := asked.Load()
	p.again(f)
	m2mtest.Eventually(t, "another invocation", func() bool { return asked.Load() > before })
	now.Add(5)
	event := p.next()
	if got, want := event.header.Get("Lambda-Runtime-Deadline-Ms"), strconv.Itoa(1_800_000_000_000+5_000+60_000); got != want {
		t.Errorf("deadline = %s, want %s", got, want)
	}
	p.respond(event)
	if len(out.lines) > 0 {
		t.Errorf("a second process was started: %s", <-out.lines)
	}
}

// TestARuntimeThatDoesNotAskAgainIsEnded at the end of its invocation's time, and what would be its
// next event goes to another process.
func TestARuntimeThatDoesNotAskAgainIsEnded(t *testing.T) {
	t.Parallel()
	for name, follows := range map[string]bool{"nothing follows": false, "an invocation follows": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := newOutput()
			log, records := journal()
			f := newFunction(t, "puppet", function.Config{Output: out, Log: log, Timeout: 5 * time.Second})
			p := startPuppet(t, f, out)
			p.respond(p.next())
			if follows {
				p = startPuppet(t, f, out) // it returns with the second process
				p.finish(p.next())
			}
			waitFor(t, records, "did not ask for its next event")
			waitFor(t, records, "execution environment ended")
		})
	}
}

// gate is a log that says when it is written to, and waits until it may go on.
type gate struct{ written, goOn chan struct{} }

func (g gate) Write(record []byte) (int, error) {
	g.written <- struct{}{}
	<-g.goOn
	return len(record), nil
}

// TestARuntimeThatIsEndedGetsNoEvent: it asks when its end is decided, and its caller would get the
// error of a crash.
func TestARuntimeThatIsEndedGetsNoEvent(t *testing.T) {
	t.Parallel()
	out, log := newOutput(), gate{make(chan struct{}), make(chan struct{})}
	f := newFunction(t, "puppet", function.Config{
		Output: out, Timeout: 5 * time.Second,
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	p := startPuppet(t, f, out)
	p.respond(p.next())
	<-log.written
	got, err := p.do(t.Context(), http.MethodGet, "/invocation/next", http.Header{}, nil)
	close(log.goOn)
	if err != nil {
		t.Fatal(err)
	}
	refused(t, got, http.StatusForbidden, "InvalidStateTransition")
	next := startPuppet(t, f, out)
	next.finish(next.next())
}

// TestRequestsBehindOneThatWaitsEndWithIt: a client hangs up that has sent one more.
func TestRequestsBehindOneThatWaitsEndWithIt(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	p.respond(p.next())
	w := p.dial()
	w.known(p)
	p.send(w, strings.Repeat(nextLine+"Host: HOST\r\n\r\n", 2))
	if err := w.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	m2mtest.Eventually(t, "the end of the connection", func() bool {
		p.send(p.dial(), nextLine+"Host: HOST\r\n\r\n") // another one asks
		_ = w.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		_, err := w.from.ReadByte()
		return errors.Is(err, io.EOF)
	})
}
