package e2e

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/m2mtest"
)

// TestSecondRun is `m2m up` twice in a row: the same ids, secrets and keys.
func TestSecondRun(t *testing.T) {
	t.Parallel()
	dir, err := assembly()
	if err != nil {
		t.Fatal(err)
	}
	state := newState(t)
	first := up(t, scratch, "--assembly", dir, "--state", state)
	token := first.token(t, "reader").AccessToken
	first.Interrupt(t)

	second := up(t, scratch, "--assembly", dir, "--state", state)
	if diff := cmp.Diff(first.Clients, second.Clients); diff != "" {
		t.Errorf("clients changed (-first +second):\n%s", diff)
	}
	if first.Issuer != second.Issuer {
		t.Errorf("issuer %q became %q", first.Issuer, second.Issuer)
	}
	echoed(t, second.call(t, "GET", "/test_jwt", "Bearer "+token))
}

// TestEphemeral is a run that neither finds nor leaves anything.
func TestEphemeral(t *testing.T) {
	t.Parallel()
	dir, err := assembly()
	if err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	cmd := upCommand(t, root, "--assembly", dir, "--ephemeral")
	cmd.Env = append(os.Environ(), "TMPDIR="+temp)
	first := started(t, cmd)
	first.token(t, "reader")
	first.Interrupt(t)
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("the run left %v, %v", left, err)
	}
}

// TestKilledRun ends a run with SIGKILL while a call is in flight: the next one finds its ids, and
// no function process is left.
func TestKilledRun(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	dir, state := gated(t, g), newState(t)
	t.Cleanup(func() { // what the killed run was compiling may still be written
		m2mtest.Eventually(t, "the end of a compiler", func() bool { return os.RemoveAll(state) == nil })
	})
	first := up(t, root, "--assembly", dir, "--state", state)
	token := first.token(t, "reader").AccessToken
	var inFlight sync.WaitGroup
	inFlight.Go(func() {
		if first.answers(t, token) {
			t.Error("a killed runtime answered")
		}
	})
	child := <-g.arrived
	first.Kill(t)
	inFlight.Wait()
	if runtime.GOOS == "linux" { // elsewhere a function ends at its next call of the Runtime API
		m2mtest.AwaitGone(t, child)
	}
	close(g.open)

	second := up(t, root, "--assembly", dir, "--state", state)
	if diff := cmp.Diff(first.Clients, second.Clients); diff != "" {
		t.Errorf("clients changed (-first +second):\n%s", diff)
	}
	second.says(t, 0, "ended from outside")
	if got := second.call(t, "GET", "/test_jwt", token); got.Status != 200 {
		t.Errorf("the first run's token got %+v", got)
	}
}

// gate is a server that functions wait at: each call is announced with the function's process id,
// and answered when the test opens the gate.
type gate struct {
	url     string
	arrived chan int
	open    chan struct{}
}

func newGate(t *testing.T) *gate {
	g := &gate{arrived: make(chan int, 16), open: make(chan struct{})}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pid, err := strconv.Atoi(r.URL.Query().Get("pid"))
		if err != nil {
			t.Error(err)
		}
		g.arrived <- pid
		select {
		case <-g.open:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

// gated is the dev assembly with a function that waits at the gate.
func gated(t *testing.T, g *gate) string {
	t.Helper()
	var hash string
	dir := patched(t, func(template map[string]any) {
		properties(template, "FunctionsEcho", "AWS::Lambda::Function", func(p map[string]any) {
			p["Environment"] = map[string]any{"Variables": map[string]any{"GATE": g.url}}
			hash = strings.TrimSuffix(p["Code"].(map[string]any)["S3Key"].(string), ".zip")
		})
	})
	bootstrap := filepath.Join(dir, "asset."+hash, "bootstrap")
	program, err := waiting()
	if err == nil {
		err = os.Remove(bootstrap)
	}
	if err == nil {
		err = os.Link(program, bootstrap)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// waiting is the function that waits at a gate, built once for all tests.
var waiting = sync.OnceValues(func() (string, error) {
	program := filepath.Join(scratch, "gated")
	return program, m2mtest.BuildFunctions(program, "./testdata/gated")
})

// TestOverlappingCalls holds several calls in the function at the same time.
func TestOverlappingCalls(t *testing.T) {
	t.Parallel()
	const calls = 4
	g := newGate(t)
	p := up(t, scratch, "--assembly", gated(t, g), "--state", newState(t))
	token := p.token(t, "reader").AccessToken
	var done sync.WaitGroup
	for range calls {
		done.Go(func() {
			if got := p.call(t, "GET", "/test_jwt", token); got.Status != 200 {
				t.Errorf("got %+v", got)
			}
		})
	}
	processes := map[int]bool{}
	for range calls {
		processes[<-g.arrived] = true
	}
	if len(processes) != calls {
		t.Errorf("%d function processes for %d calls at once", len(processes), calls)
	}
	close(g.open)
	done.Wait()
}

// TestInterrupt is Ctrl-C while a call is in flight: the call is answered, every process ends, the
// addresses are free again, exit status 0.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	state := newState(t)
	p := up(t, scratch, "--assembly", gated(t, g), "--state", state)
	token := p.token(t, "reader").AccessToken
	var inFlight sync.WaitGroup
	inFlight.Go(func() {
		if got := p.call(t, "GET", "/test_jwt", token); got.Status != 200 {
			t.Errorf("the call in flight got %+v", got)
		}
	})
	child := <-g.arrived
	m2mtest.Interrupt(t, p.Cmd)
	awaitRefusal(t, p.APIURL)
	close(g.open)
	p.Wait(t)
	inFlight.Wait()

	m2mtest.AwaitGone(t, child)
	if _, err := os.Stat(filepath.Join(state, "dev", "run.json")); !os.IsNotExist(err) {
		t.Errorf("run.json is still there: %v", err)
	}
}

// answers reports whether a call is answered at all.
func (p *process) answers(t *testing.T, token string) bool {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, p.APIURL+"/test_jwt", nil)
	if err != nil {
		t.Error(err)
		return false
	}
	request.Header.Set("Authorization", token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return true
}

// TestSecondInterrupt is Ctrl-C twice while a call hangs: the call is cut off, and still nothing is
// left.
func TestSecondInterrupt(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	temporary := t.TempDir()
	cmd := upCommand(t, root, "--assembly", gated(t, g), "--ephemeral")
	cmd.Env = append(os.Environ(), "TMPDIR="+temporary)
	p := started(t, cmd)
	token := p.token(t, "reader").AccessToken
	var hanging sync.WaitGroup
	hanging.Go(func() { p.answers(t, token) })
	child := <-g.arrived
	for range 2 {
		m2mtest.Interrupt(t, p.Cmd)
		awaitRefusal(t, p.APIURL)
	}
	p.Wait(t)
	hanging.Wait()
	m2mtest.AwaitGone(t, child)
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("the run left %v, %v", left, err)
	}
}

// TestInterruptBeforeReady is Ctrl-C during the synth.
func TestInterruptBeforeReady(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	m2mtest.Write(t, filepath.Join(dir, "cdk.json"), `{"build": "mkfifo pipe", "app": "echo started > pipe; sleep 600"}`)
	cmd := command(t, dir, freePorts()...)
	cmd.Env = append(os.Environ(), "JSII_NODE=/bin/true")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var started []byte
	m2mtest.Eventually(t, "the pipe that the build makes", func() bool {
		started, _ = os.ReadFile(pipe) // waits for the app
		return len(started) > 0
	})
	m2mtest.Interrupt(t, cmd)
	if err := cmd.Wait(); err != nil || stdout.Len() > 0 {
		t.Errorf("%v, stdout %q", err, &stdout)
	}
	m2mtest.Contains(t, stderr.String(), "Stopped before dev was ready")
}

// awaitRefusal waits until nothing listens at the URL any more.
func awaitRefusal(t *testing.T, url string) {
	t.Helper()
	address := strings.TrimPrefix(url, "http://")
	m2mtest.Eventually(t, "an address that refuses", func() bool {
		connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err == nil {
			connection.Close()
		}
		return err != nil
	})
}
