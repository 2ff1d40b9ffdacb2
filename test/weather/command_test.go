package weather

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/chaos"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/serving"
)

// process is an `m2m up` that has said that it is ready.
type process struct {
	*exec.Cmd

	state          string
	stdout, stderr *m2mtest.Buffer
	ended          chan error
	stopped        bool
}

func m2m(dir string, args ...string) *exec.Cmd {
	return m2mtest.Command(filepath.Join(built, "m2m"), dir, args...)
}

func up(t *testing.T, args ...string) *process {
	t.Helper()
	dir := assembly(t)
	p := &process{state: filepath.Join(t.TempDir(), "state"), stdout: &m2mtest.Buffer{}, stderr: &m2mtest.Buffer{}, ended: make(chan error, 1)}
	p.Cmd = m2m(filepath.Dir(dir), m2mtest.OnFreePorts(append([]string{"up", "--assembly", dir, "--state", p.state}, args...)...)...)
	p.Stdout, p.Stderr = p.stdout, p.stderr
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.Wait() }()
	t.Cleanup(func() { p.stop(t) })
	m2mtest.Eventually(t, "the run", func() bool {
		// It prints its description first, but that comes by another pipe.
		begun := strings.Contains(p.stderr.String(), "Bad weather from now on") && strings.Contains(p.stdout.String(), "\n")
		return begun || len(p.ended) > 0
	})
	return p
}

// stop is Ctrl-C, and wants exit status 0.
func (p *process) stop(t *testing.T) {
	t.Helper()
	if p.stopped {
		return
	}
	p.stopped = true
	m2mtest.Interrupt(t, p.Cmd)
	if err := <-p.ended; err != nil {
		t.Errorf("%v: %v\n%s", p.Args, err, p.stderr)
	}
}

// said are the events and the counts that a run with --json has printed behind its description.
func (p *process) said(t *testing.T) (events []chaos.Event, summary chaos.Summary) {
	t.Helper()
	_, rest, _ := strings.Cut(p.stdout.String(), "\n")
	for line := range strings.Lines(rest) {
		var said struct {
			Event   *chaos.Event   `json:"chaos_event"`
			Summary *chaos.Summary `json:"chaos"`
		}
		if err := json.Unmarshal([]byte(line), &said); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		switch {
		case said.Event != nil:
			said.Event.Time = time.Time{}
			if said.Event.Failed != "" {
				said.Event.Failed = "for a reason that names a time"
			}
			events = append(events, *said.Event)
		case said.Summary != nil:
			summary = *said.Summary
		}
	}
	return events, summary
}

// use asks for tokens and calls the API, one request after the other, and counts what comes back.
func (p *process) use(t *testing.T, requests int) (results map[string]int) {
	t.Helper()
	results = map[string]int{}
	first, _, _ := strings.Cut(p.stdout.String(), "\n")
	var d serving.Description
	if err := json.Unmarshal([]byte(first), &d); err != nil {
		t.Fatalf("%s: %v\n%s", first, err, p.stderr)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	send := func(method, to, body string, authorize func(*http.Request)) (status int, answer []byte) {
		request, err := http.NewRequestWithContext(t.Context(), method, to, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		authorize(request)
		response, err := transport.RoundTrip(request)
		if err != nil {
			return 0, nil
		}
		defer response.Body.Close()
		if answer, err = io.ReadAll(response.Body); err != nil {
			return 0, nil
		}
		return response.StatusCode, answer
	}
	var issued struct {
		AccessToken string `json:"access_token"`
	}
	for range requests {
		status, answer := send(http.MethodPost, d.TokenEndpoint, url.Values{"grant_type": {"client_credentials"}}.Encode(), func(r *http.Request) {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.SetBasicAuth(d.Clients["reader"].ClientID, string(d.Clients["reader"].ClientSecret))
		})
		results["token "+http.StatusText(status)]++
		if status == http.StatusOK && issued.AccessToken == "" { // the first one will do: keys may be rotated
			if err := json.Unmarshal(answer, &issued); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range requests {
		status, _ := send(http.MethodGet, d.APIURL+"/test_jwt", "", func(r *http.Request) { r.Header.Set("Authorization", issued.AccessToken) })
		results["call "+http.StatusText(status)]++
	}
	return results
}

// TestTheSameAgain has two runs with different ids and secrets meet the same weather, and another
// seed make another.
func TestTheSameAgain(t *testing.T) {
	t.Parallel()
	const requests = 60
	weather := func(seed string) ([]chaos.Event, chaos.Summary, map[string]int) {
		p := up(t, "--json", "--quiet", "--chaos", "50%:kinds=429,500,503,cut,keys,late:late=1ms-5ms", "--chaos-seed", seed)
		results := p.use(t, requests)
		p.stop(t)
		events, summary := p.said(t)
		return events, summary, results
	}
	events, summary, results := weather("7")
	again, summaryAgain, resultsAgain := weather("7")
	if diff := cmp.Diff(events, again); diff != "" || len(events) < requests/2 {
		t.Errorf("%d events (-first +again):\n%s", len(events), diff)
	}
	if diff := cmp.Diff(summary, summaryAgain); diff != "" || summary.Seed != 7 || summary.Calls.Requests != requests || summary.Tokens.Requests != requests {
		t.Errorf("%+v (-first +again):\n%s", summary, diff)
	}
	if diff := cmp.Diff(results, resultsAgain); diff != "" || results["call Too Many Requests"] != summary.Calls.Events[chaos.TooMany] || results["call "] != summary.Calls.Events[chaos.Cut] {
		t.Errorf("%v of %+v (-first +again):\n%s", results, summary, diff)
	}
	other, _, _ := weather("8")
	if cmp.Equal(events, other) {
		t.Error("another seed makes the same weather")
	}
}

// TestWhatARunSays: each event has a line, quiet or not, the end has the counts, and the access log
// says what AWS's would.
func TestWhatARunSays(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "access.log")
	p := up(t, "--quiet", "--access-log", log, "--chaos", "100%:kinds=503:on=calls:client=reader", "--chaos", "kinds=late:client=writer")
	call := m2m(t.TempDir(), "call", "reader", "GET", "/test_jwt/read", "--state", p.state)
	if stdout, stderr, _ := m2mtest.Ends(t, call); !strings.Contains(stdout, `{"message":"Service Unavailable"}`) {
		t.Errorf("m2m call: %s\n%s", stdout, stderr)
	}
	p.stop(t)
	said := p.stderr.String()
	for _, want := range []string{
		`(?m)^Bad weather from now on \(--chaos\)\. The same decisions again: --chaos-seed \d+$`,
		`(?m)^chaos    \| \d\d:\d\d:\d\d\.\d{3} GET /test_jwt/read, call 1 of reader: answered 503; its function was called$`,
		`(?m)^Bad weather with --chaos-seed \d+: of 1 calls: 1x 503; of 1 token requests: none\.$`,
		`(?m)^warning: no request was made that --chaos kinds=late:client=writer is about$`,
	} {
		if !regexp.MustCompile(want).MatchString(said) {
			t.Errorf("%s is not said:\n%s", want, said)
		}
	}
	if got := m2mtest.Read(t, log); !strings.Contains(got, `"status":"503"`) || strings.Contains(got, "chaos") {
		t.Errorf("access log: %s", got)
	}
	if strings.Contains(said, "eyJ") {
		t.Error("a token is said")
	}
}

// TestRulesAboutNothing: a name that is not there is one error, before anything is served.
func TestRulesAboutNothing(t *testing.T) {
	t.Parallel()
	dir := assembly(t)
	for rule, want := range map[string]string{
		"client=raeder":         `m2m: a rule of --chaos is about the client "raeder", which is not there, did you mean reader?: there are reader, writer`,
		"5%:route=GET /test_jw": `m2m: a rule of --chaos is about the route "GET /test_jw", which is not there: there are ANY /test_jwt, GET /test_jwt/read`,
	} {
		said := m2mtest.Fails(t, m2m(filepath.Dir(dir), m2mtest.OnFreePorts("up", "--ephemeral", "--assembly", dir, "--chaos", rule)...))
		m2mtest.Contains(t, said, want, "hint: correct the rule")
		if strings.Contains(said, "preparing") {
			t.Errorf("%s: something was done before:\n%s", rule, said)
		}
	}
}

// TestVerifyInBadWeather: a verification that fails for the weather says so, and does not blame the
// assembly.
func TestVerifyInBadWeather(t *testing.T) {
	t.Parallel()
	p := up(t, "--chaos", "100%:kinds=cut:on=calls", "--chaos-seed", "1")
	dir := assembly(t)
	_, said, status := m2mtest.Ends(t, m2m(filepath.Dir(dir), "verify", "--assembly", dir, "--state", p.state))
	if status != 1 {
		t.Errorf("exit status %d, want 1", status)
	}
	m2mtest.Contains(t, said, "hint: with `m2m up --chaos`, calls and token requests fail on purpose")
}
