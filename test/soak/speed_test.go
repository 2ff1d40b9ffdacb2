package soak

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"cognito-m2m/internal/m2mtest"
)

var speed = flag.Bool("speed", false, "measure the runtime beside what the machine can do")

const (
	speedConnections = 8
	speedRounds      = 8
)

// What is measured.
const (
	signing   = "raw RSA-2048 signing"
	verifying = "raw verifying"
	empty     = "an empty handler"
	onlyCheck = "a handler that only verifies"
	client    = "an empty function by itself"
	both      = "an empty handler, then an empty function"
	issuing   = "tokens issued"
	refusing  = "calls refused with 403, each token once"
	repeating = "calls refused with 403, each token ten times"
	calling   = "calls of the function"
)

// TestSpeed prints a table and asserts nothing about time: the machine may be busy with something
// else. Only ratios within one run mean anything, which is why everything is measured in turn,
// several times. The second ratio is that of the processor time that load, runtime and functions
// take together, which others' use of the machine distorts less.
func TestSpeed(t *testing.T) {
	if !*speed {
		t.Skip("only with -speed")
	}
	needsProc(t)
	e := up(t, assembly(t, "echo"), t.TempDir(), unread)
	results := e.measure(t)
	used := e.usage(t)
	var table bytes.Buffer
	out := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "what\tfigure\tratio\tby CPU time\tgoal")
	for _, row := range []struct{ what, beside, goal string }{
		{signing, "", ""},
		{verifying, "", ""},
		{empty, "", ""},
		{onlyCheck, empty, ""},
		{client, empty, ""},
		{both, empty, ""},
		{issuing, signing, "0.70"},
		{refusing, empty, "0.50"},
		{refusing, onlyCheck, ""},
		{repeating, empty, "0.50"},
		{calling, empty, "0.25"},
		{calling, both, ""},
	} {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", row.what, results[row.what], results[row.what].beside(row.beside, results), row.goal)
	}
	fmt.Fprintf(out, "CPU time of a call\t%s\t\t\t\n", e.shares(t))
	fmt.Fprintf(out, "resident memory\t%d MB, %d MB at most\t\t\t60 MB\n", used.residentKB>>10, used.peakKB>>10)
	fmt.Fprintf(out, "start with --assembly\t%s\t\t\t1s\n", short(startTime(t)))
	edit, synth := editTime(t)
	fmt.Fprintf(out, "a cold synth\t%s\t\t\t\n", short(synth))
	fmt.Fprintf(out, "--watch, saving an environment file to the first changed answer\t%s\t%.2f of a cold synth\t\t0.15\n", short(edit), edit.Seconds()/synth.Seconds())
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d keep-alive connections, load and runtime on the same machine\n%s", speedConnections, &table)
}

// unread is for a run whose logs nobody reads: reading them is no part of the runtime.
func unread(cmd *exec.Cmd) {
	nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		panic(err)
	}
	cmd.Stderr = nowhere
}

func short(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }

// result is the sum of several rounds.
type result struct {
	load
	cpu time.Duration // of every process that took part
}

func (r *result) add(l load, cpu time.Duration) {
	r.statuses, r.each = l.statuses, append(r.each, l.each...)
	r.took += l.took
	r.cpu += cpu
}

func (r *result) String() string {
	if r.statuses == nil {
		return fmt.Sprintf("%.0f/s", r.perSecond())
	}
	return fmt.Sprintf("%.0f/s, p50 %s, p99 %s", r.perSecond(), short(r.percentile(50)), short(r.percentile(99)))
}

// beside is two ratios to another result, in columns: of rates, and of processor time.
func (r *result) beside(other string, results map[string]*result) string {
	o := results[other]
	if o == nil {
		return "\t"
	}
	cpu := float64(o.cpu) / float64(len(o.each)) * float64(len(r.each)) / float64(r.cpu)
	return fmt.Sprintf("%.2f of %s\t%.2f", r.perSecond()/o.perSecond(), other, cpu)
}

// after is one thing done after the other, as often.
func (r *result) after(first *result) *result {
	share := float64(len(r.each)) / float64(len(first.each))
	scaled := func(d time.Duration) time.Duration { return time.Duration(float64(d) * share) }
	return &result{load: load{each: r.each, took: r.took + scaled(first.took)}, cpu: r.cpu + scaled(first.cpu)}
}

// measure does everything in turn, and adds up the rounds.
func (e *environment) measure(t *testing.T) map[string]*result {
	t.Helper()
	const once, tenTimes = 1_500, 150 // tokens a round
	raw, err := newRawRSA()
	if err != nil {
		t.Fatal(err)
	}
	tokens, server, functions := e.distinctTokens(t, speedRounds*(once+tenTimes)), startFloor(t), startClientFloor(t)
	floors := append([]int{server.pid}, functions.pids...)
	call := e.get(t, "/test_jwt/read", e.mustToken(t, "reader"))
	drive(speedConnections, 500, func(int) *http.Request { return call() }).all(t, 200) // starts the processes
	results := map[string]*result{}
	for round := range speedRounds {
		add := func(what string, want int, do func() load) {
			before := e.cpuTime(t, floors...)
			l := do()
			if want != 0 {
				l.all(t, want)
			}
			if results[what] == nil {
				results[what] = &result{}
			}
			results[what].add(l, e.cpuTime(t, floors...)-before)
		}
		fresh := tokens[round*(once+tenTimes):][:once+tenTimes]
		refused, repeated := e.refusals(t, fresh[:once], 1), e.refusals(t, fresh[once:], 10)
		add(signing, 0, func() load { return repeat(t, 1_000, raw.sign) })
		add(issuing, 200, func() load { return drive(speedConnections, 1_000, e.tokenRequest(t, "reader")) })
		add(empty, 200, func() load { return drive(speedConnections, 10_000, server.request(t, "/")) })
		add(onlyCheck, 403, func() load { return drive(speedConnections, 3_000, server.request(t, verifyingPath)) })
		add(client, 0, func() load { return functions.invoke(3_000) })
		add(refusing, 403, func() load {
			return drive(speedConnections, len(refused), func(i int) *http.Request { return refused[i] })
		})
		add(repeating, 403, func() load {
			return drive(speedConnections, len(repeated), func(i int) *http.Request { return repeated[i] })
		})
		add(calling, 200, func() load { return drive(speedConnections, 1_500, func(int) *http.Request { return call() }) })
		add(verifying, 0, func() load { return repeat(t, 20_000, raw.verify) })
	}
	results[both] = results[client].after(results[empty])
	return results
}

// refusals are requests that get a 403, made before the clock starts: one with each token, and
// again from the first.
func (e *environment) refusals(t *testing.T, tokens []string, times int) []*http.Request {
	t.Helper()
	requests := make([]*http.Request, times*len(tokens))
	for i := range requests {
		requests[i] = e.get(t, "/test_jwt/read", tokens[i%len(tokens)])()
	}
	return requests
}

// distinctTokens are valid, and lack the scope of the read-only route.
func (e *environment) distinctTokens(t *testing.T, n int) []string {
	t.Helper()
	tokens := make([]string, n)
	var next atomic.Int64
	var asking sync.WaitGroup
	for range speedConnections {
		asking.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				var err error
				if tokens[i], err = e.token(t.Context(), "writer"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	asking.Wait()
	return tokens
}

// shares says who takes how much processor time for a call of the function.
func (e *environment) shares(t *testing.T) string {
	t.Helper()
	const calls = 5_000
	call := e.get(t, "/test_jwt/read", e.mustToken(t, "reader"))
	children := childrenOf(e.Cmd.Process.Pid)
	runtime, functions, load := cpuTimeOf(t, e.Cmd.Process.Pid), cpuTimeOf(t, children...), cpuTimeOf(t, os.Getpid())
	drive(speedConnections, calls, func(int) *http.Request { return call() }).all(t, 200)
	return fmt.Sprintf("runtime %s, functions %s, load %s",
		short((cpuTimeOf(t, e.Cmd.Process.Pid)-runtime)/calls),
		short((cpuTimeOf(t, children...)-functions)/calls),
		short((cpuTimeOf(t, os.Getpid())-load)/calls))
}

// tokenRequest makes the requests of a client for a token.
func (e *environment) tokenRequest(t *testing.T, client string) func(int) *http.Request {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}}.Encode()
	return func(int) *http.Request {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.TokenEndpoint, strings.NewReader(form))
		if err != nil {
			t.Error(err)
			return nil
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.SetBasicAuth(e.Clients[client].ClientID, string(e.Clients[client].ClientSecret))
		return request
	}
}

// startTime is how long `m2m up --assembly` takes until everything answers, with an asset for
// Lambda's processor whose counterpart for this machine was built by an earlier run.
func startTime(t *testing.T) time.Duration {
	t.Helper()
	const root = "../.."
	dir, state := assembly(t, "echo"), t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", m2mtest.Only(t, filepath.Join(dir, "asset.*", "bootstrap")), "./lambda/echo")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=arm64")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the function for Lambda: %v\n%s", err, out)
	}
	const starts = 5
	var took []time.Duration
	for range starts + 1 { // the first one builds
		begun := time.Now()
		e := up(t, dir, state, func(cmd *exec.Cmd) { cmd.Dir = root })
		took = append(took, time.Since(begun))
		e.Interrupt(t)
	}
	slices.Sort(took[1:])
	return took[1+starts/2]
}
