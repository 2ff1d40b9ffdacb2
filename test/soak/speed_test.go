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

const speedConnections = 8

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

// TestSpeedCalls prints tables and asserts nothing about time: the machine may be busy with
// something else. Only ratios within one run mean anything, which is why everything is measured in
// turn, several times. The second ratio of the long table is that of the processor time that load,
// runtime and functions take together, which others' use of the machine distorts less.
func TestSpeedCalls(t *testing.T) {
	if !*speed {
		t.Skip("only with -speed")
	}
	needsProc(t)
	var all []*measured
	for _, b := range builds(t) {
		cmd := b.upOf(b.assembly(t, "echo"), t.TempDir())
		unread(cmd)
		all = append(all, &measured{environment: started(t, cmd)})
	}
	measure(t, all)
	now := all[len(all)-1]
	now.tellAll(t)
	tell(t, callFigures(all)...)
}

// measured is a run of a build, and what it did in each round.
type measured struct {
	*environment

	rounds map[string][]*result
	memory []float64 // MB, after each round
}

// tellAll prints everything that was measured of a run.
func (m *measured) tellAll(t *testing.T) {
	t.Helper()
	results := m.sums()
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
		{refusing, onlyCheck, "0.85"},
		{repeating, empty, "0.50"},
		{calling, empty, "0.25"},
		{calling, both, "0.50"},
	} {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", row.what, results[row.what], results[row.what].beside(row.beside, results), row.goal)
	}
	fmt.Fprintf(out, "CPU time of a call\t%s\t\t\t\n", m.shares(t))
	fmt.Fprintf(out, "resident memory at most\t%d MB\t\t\t60 MB\n", m.usage(t).peakKB>>10)
	fmt.Fprintf(out, "start with --assembly\t%s\t\t\t1s\n", short(startTime(t)))
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d keep-alive connections, load and runtime on the same machine\n%s", speedConnections, &table)
}

// callFigures are those of the page about speed.
func callFigures(all []*measured) []figure {
	rate := func(r *result) float64 { return r.perSecond() }
	ofCPU := func(r *result) float64 { return float64(len(r.each)) / r.cpu.Seconds() }
	call := figure{what: "an authorized call", unit: "/s", target: ">= 0.5", beside: both}
	slow := figure{what: "the 99th percentile of an authorized call", unit: "ms", target: "<= 1"}
	refusal := figure{what: "a 403 with a new token", unit: "/s", target: ">= 0.85", beside: onlyCheck}
	figures := []figure{
		call.of(all, calling, rate),
		call.byCPU().of(all, calling, ofCPU),
		slow.of(all, calling, func(r *result) float64 { return r.percentile(99).Seconds() * 1e3 }),
		refusal.of(all, refusing, rate),
		refusal.byCPU().of(all, refusing, ofCPU),
	}
	memory := figure{what: "resident memory under load", unit: "MB", target: "<= 1", now: all[len(all)-1].memory}
	if len(all) > 1 {
		memory.before = all[0].memory
	}
	return append(figures, memory)
}

// byCPU is the figure's companion that others' use of the machine distorts less.
func (f figure) byCPU() figure {
	f.what, f.unit, f.target = f.what+", by processor time", "/processor s", ""
	return f
}

// of has the values of what the builds did in each round, and of what it is beside.
func (f figure) of(all []*measured, what string, value func(*result) float64) figure {
	values := func(m *measured, what string) (values []float64) {
		for _, r := range m.rounds[what] {
			values = append(values, value(r))
		}
		return values
	}
	f.now, f.to = values(all[len(all)-1], what), values(all[len(all)-1], f.beside)
	if len(all) > 1 {
		f.before = values(all[0], what)
	}
	return f
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

// result is one of a round, or the sum of several.
type result struct {
	load
	cpu time.Duration // of every process that took part
}

// sums are the results of all rounds.
func (m *measured) sums() map[string]*result {
	sums := map[string]*result{}
	for what, rounds := range m.rounds {
		sum := &result{}
		for _, r := range rounds {
			sum.statuses, sum.each = r.statuses, append(sum.each, r.each...)
			sum.took += r.took
			sum.cpu += r.cpu
		}
		sums[what] = sum
	}
	return sums
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

// tokens of a round that are refused once, and ten times.
const once, tenTimes = 1_500, 150

// measure does everything in turn. What the machine can do is measured once a round, and belongs to
// every run.
func measure(t *testing.T, all []*measured) {
	t.Helper()
	raw, err := newRawRSA()
	if err != nil {
		t.Fatal(err)
	}
	server, functions := startFloor(t, &raw.key.PublicKey), startClientFloor(t)
	tokens := map[*measured][]string{}
	for _, m := range all {
		m.rounds = map[string][]*result{}
		tokens[m] = m.distinctTokens(t, *rounds*(once+tenTimes))
		call := m.get(t, "/test_jwt/read", m.mustToken(t, "reader"))
		drive(speedConnections, 500, func(int) *http.Request { return call() }).all(t, 200) // starts the processes
	}
	add := func(to []*measured, what string, want int, do func() load) {
		before := allTime(t, all, server, functions)
		r := &result{load: do()}
		r.cpu = allTime(t, all, server, functions) - before
		if want != 0 {
			r.all(t, want)
		}
		for _, m := range to {
			m.rounds[what] = append(m.rounds[what], r)
		}
	}
	for round := range *rounds {
		add(all, signing, 0, func() load { return repeat(t, 1_000, raw.sign) })
		add(all, empty, 200, func() load { return drive(speedConnections, 10_000, server.request(t, "/")) })
		add(all, client, 0, func() load { return functions.invoke(3_000) })
		for _, m := range all {
			m.add(t, tokens[m][round*(once+tenTimes):], func(what string, want int, do func() load) {
				add([]*measured{m}, what, want, do)
			})
		}
		verified := server.verified(t, raw, tokens[all[len(all)-1]][round*(once+tenTimes):][:once])
		add(all, onlyCheck, 403, func() load {
			return drive(speedConnections, len(verified), func(i int) *http.Request { return verified[i] })
		})
		add(all, verifying, 0, func() load { return repeat(t, 20_000, raw.verify) })
		for _, m := range all {
			m.rounds[both] = append(m.rounds[both], m.rounds[client][round].after(m.rounds[empty][round]))
		}
	}
}

// add measures a round of the run, with tokens that it has not seen.
func (m *measured) add(t *testing.T, fresh []string, add func(what string, want int, do func() load)) {
	t.Helper()
	call := m.get(t, "/test_jwt/read", m.mustToken(t, "reader"))
	refused, repeated := m.refusals(t, fresh[:once], 1), m.refusals(t, fresh[once:once+tenTimes], 10)
	add(issuing, 200, func() load { return drive(speedConnections, 1_000, m.tokenRequest(t, "reader")) })
	add(refusing, 403, func() load {
		return drive(speedConnections, len(refused), func(i int) *http.Request { return refused[i] })
	})
	add(repeating, 403, func() load {
		return drive(speedConnections, len(repeated), func(i int) *http.Request { return repeated[i] })
	})
	add(calling, 200, func() load { return drive(speedConnections, 1_500, func(int) *http.Request { return call() }) })
	m.memory = append(m.memory, float64(m.usage(t).residentKB)/1024)
}

// allTime is the processor time of everything that takes part.
func allTime(t *testing.T, all []*measured, server floor, functions *clientFloor) (sum time.Duration) {
	t.Helper()
	for _, m := range all {
		sum += cpuTimeOf(t, append(childrenOf(m.Cmd.Process.Pid), m.Cmd.Process.Pid)...)
	}
	return sum + cpuTimeOf(t, append(functions.pids, server.pid, os.Getpid())...)
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
