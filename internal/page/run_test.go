package page_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/local"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/page"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
)

// watched is a run with its page, and a browser that is in.
type watched struct {
	*serving.Description

	page   *page.Page
	run    *local.Runtime
	cookie string
}

func start(t *testing.T) *watched {
	t.Helper()
	p := open(t, page.Config{})
	run, err := local.Open(serving.Config{
		Env: "dev", StateDir: t.TempDir(), Report: &servingtest.Report{T: t},
		Observe: p.Called, ObserveTokens: p.TokenRequested, Rotating: p.Rotating, Serves: p.Serves,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := run.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	d, err := run.Start(t.Context(), servingtest.AssemblyDir(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	return &watched{Description: d, page: p, run: run, cookie: enter(t, p.Invitation())}
}

// post sends a form of the page.
func (w *watched) post(t *testing.T, action string, fields ...string) answer {
	t.Helper()
	form := url.Values{"env": {"dev"}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return ask(t, http.MethodPost, w.page.URL()+action, form.Encode(),
		"Content-Type", "application/x-www-form-urlencoded", "Cookie", w.cookie, "Origin", origin(w.page.URL()))
}

func (w *watched) get(t *testing.T) string {
	t.Helper()
	return ask(t, http.MethodGet, w.page.URL(), "", "Cookie", w.cookie).body
}

func TestCallsBehindCells(t *testing.T) {
	t.Parallel()
	w := start(t)
	for _, c := range []struct {
		client, route string
		want          []string
	}{
		{"", "ANY /test_jwt", []string{">401<", "www-authenticate: Bearer", "there is no token"}},
		{"reader", "ANY /test_jwt", []string{">200<", "test-api/read", "[the token]"}},
		{"writer", "ANY /test_jwt", []string{">200<", "test-api/write"}},
		{"reader", "GET /test_jwt/read", []string{">200<"}},
		{"writer", "GET /test_jwt/read", []string{">403<", "GET /test_jwt/read requires test-api/read; the token has &quot;test-api/write&quot;", "The client reader has it", "insufficient_scope"}},
		{"writer", "GET /none", []string{"not there any more"}},
		{"nobody", "ANY /test_jwt", []string{"not there any more"}},
	} {
		got := w.post(t, "call", "client", c.client, "route", c.route)
		for _, want := range c.want {
			if !strings.Contains(got.body, want) {
				t.Errorf("%s calls %s: %q is not in\n%s", c.client, c.route, want, got.body)
			}
		}
		if strings.Contains(got.body, "eyJ") {
			t.Errorf("%s calls %s: the answer has a token", c.client, c.route)
		}
	}
	if text := w.get(t); !strings.Contains(text, "The client reader has it") {
		t.Errorf("the requests do not say why:\n%s", text)
	}
}

// TestSecretsAreShownWhenAskedFor looks for secrets and tokens in everything else that the page
// says.
func TestSecretsAreShownWhenAskedFor(t *testing.T) {
	t.Parallel()
	w := start(t)
	secret := string(w.Clients["reader"].ClientSecret)
	said := w.post(t, "token", "client", "reader")
	for _, want := range []string{"test-api/read", "What the caller may do", "Which app client it was issued to", `data-until="`} {
		if !strings.Contains(said.body, want) {
			t.Errorf("%q is not said of the token:\n%s", want, said.body)
		}
	}
	shown := w.post(t, "token/show", "client", "reader")
	if !strings.Contains(shown.body, "eyJ") || shown.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the token that was asked for: %s %s", shown.header, shown.body)
	}
	if got := w.post(t, "secret", "client", "reader"); !strings.Contains(got.body, secret) || got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the secret that was asked for: %s %s", got.header, got.body)
	}
	call := w.post(t, "call", "client", "reader", "route", "ANY /test_jwt")
	events := follow(t, w)
	all := said.body + call.body + w.get(t) + events.until(t, "requests", "/test_jwt")
	for _, hidden := range []string{secret, "eyJ", string(w.SecretAccessKey)} {
		if strings.Contains(all, hidden) {
			t.Errorf("%.3s... is on the page unasked", hidden)
		}
	}
}

// events are what a browser is told as it happens.
type events struct{ lines *bufio.Scanner }

func follow(t *testing.T, w *watched) *events {
	t.Helper()
	const limit = 3 * time.Minute // for what never comes
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.page.URL()+"events", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Cookie", w.cookie)
	response, err := (&http.Transport{}).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	if kind := response.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("%d %s", response.StatusCode, kind)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<24)
	return &events{lines}
}

// until reads to an event of that name, or of that part, whose data has the text. It returns all
// data up to then.
func (e *events) until(t *testing.T, name, text string) (all string) {
	t.Helper()
	event := ""
	for e.lines.Scan() {
		line := e.lines.Text()
		if is, ok := strings.CutPrefix(line, "event: "); ok {
			event = is
		}
		raw, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		var data struct{ Part, HTML, Text string }
		if err := json.Unmarshal([]byte(raw), &data); err != nil {
			t.Fatal(err)
		}
		all += data.HTML + data.Text
		if (event == name || data.Part == name) && strings.Contains(data.HTML+data.Text, text) {
			return all
		}
	}
	t.Fatalf("the events ended without %q in %s: %v", text, name, e.lines.Err())
	return ""
}

func TestEventsFollowTheRun(t *testing.T) {
	t.Parallel()
	w := start(t)
	first, second := follow(t, w), follow(t, w)
	first.until(t, "clients", "has no secret in Secrets Manager")
	second.until(t, "requests", "") // they have all there was
	if status, _ := servingtest.Status(t, w.Description, "/test_jwt/read", "nonsense"); status != http.StatusUnauthorized {
		t.Fatalf("%d", status)
	}
	for _, tab := range []*events{first, second} {
		tab.until(t, "rows", "this is not a token")
	}
	// It tells of a call before it is explained.
	w.post(t, "call", "client", "writer", "route", "GET /test_jwt/read")
	first.until(t, "routes", ">403<")
	w.page.Said("Applied in 1.0s: changed: route GET /test_jwt")
	first.until(t, "said", "changed: route GET /test_jwt")
	done := w.page.Step("synthesizing dev")
	first.until(t, "head", "synthesizing dev")
	done()
	first.until(t, "said", "synthesizing dev: ")
	go func() { _ = w.page.Close(context.Background()) }()
	first.until(t, "ended", "ended")
	second.until(t, "ended", "ended")
}

func TestRotationOnPage(t *testing.T) {
	t.Parallel()
	w := start(t)
	follows := follow(t, w)
	w.page.Rotating(serving.Rotation{Secret: "m2m/dev/reader", Step: "createSecret"})
	follows.until(t, "rotations", "running")
	for _, step := range []string{"setSecret", "testSecret", "finishSecret"} {
		w.page.Rotating(serving.Rotation{Secret: "m2m/dev/reader", Step: step})
	}
	w.page.Rotating(serving.Rotation{Secret: "m2m/dev/reader", Ended: true})
	follows.until(t, "rotations", "the rotation has ended")
	m2mtest.Contains(t, w.get(t), "finishSecret", "1 rotation")
}

// TestClientsAreAskedAboutWhenABrowserFollows, and not before: of what was served until then,
// nothing is.
func TestClientsAreAskedAboutWhenABrowserFollows(t *testing.T) {
	t.Parallel()
	p := open(t, page.Config{})
	w := &watched{page: p, cookie: enter(t, p.Invitation())}
	serves := func() *atomic.Int64 {
		asked := &atomic.Int64{}
		endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			http.Error(w, `{"__type": "InvalidRequestException"}`, http.StatusBadRequest)
		}))
		t.Cleanup(endpoint.Close)
		p.Serves([]serving.Served{{
			Environment: &serving.Environment{Model: &assembly.Model{}},
			Description: &serving.Description{
				Environment: "dev", AWSEndpoint: endpoint.URL, TokenEndpoint: endpoint.URL + "/oauth2/token", UserPoolID: "eu-central-1_Fake00001",
				AccessKeyID: "LOCAL", SecretAccessKey: "sesame", Region: "eu-central-1", Clients: map[string]serving.Client{"reader": {ClientID: "1"}},
			},
		}})
		return asked
	}
	before := serves()
	for range 20 { // whoever asks unasked has the time to do so
		w.get(t)
		p.Rotating(serving.Rotation{Secret: "m2m/dev/reader", Step: "create"})
	}
	now := serves()
	follow(t, w).until(t, "clients", "InvalidRequestException")
	if before.Load() != 0 || now.Load() == 0 {
		t.Errorf("%d requests before a browser followed, and %d since", before.Load(), now.Load())
	}
}
