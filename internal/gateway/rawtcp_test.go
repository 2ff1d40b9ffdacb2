package gateway_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/gateway"
)

// raw writes bytes to the gateway as they are and returns the statuses it answered before closing
// the connection.
func (a *api) raw(t testing.TB, text string) []int {
	t.Helper()
	var statuses []int
	for _, answer := range a.rawResponses(t, text) {
		statuses = append(statuses, answer.status)
	}
	return statuses
}

func (a *api) rawResponses(t testing.TB, text string) []response {
	t.Helper()
	var dialer net.Dialer
	connection, err := dialer.DialContext(t.Context(), "tcp", a.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if err := connection.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(connection, text); err != nil {
		t.Fatal(err)
	}
	_ = connection.(*net.TCPConn).CloseWrite()
	var answers []response
	for reader := bufio.NewReader(connection); ; {
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			return answers
		}
		body, _ := io.ReadAll(answer.Body) // one that breaks off is what there is
		_ = answer.Body.Close()
		answers = append(answers, response{status: answer.StatusCode, header: answer.Header, body: string(body)})
	}
}

// Whatever is written to the socket, the function is reached only through the open route, and only
// with its paths.
func TestPathTricks(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) {
		a.config.Stages = []gateway.Stage{{Name: "$default"}, {Name: "dev"}}
		a.config.Routes = append(openRoutes("ANY /public/{proxy+}"), jwtRoute("GET /admin"), jwtRoute("ANY /admin/{proxy+}"), jwtRoute("$default"))
	})
	for _, target := range []string{
		"/admin", "//admin", "/admin/", "/admin//", "/./admin", "/public/../admin", "/public/..%2fadmin", "/public/%2e%2e/admin",
		"/public/%2e%2e%2fadmin", "/public%2f..%2fadmin", "/public//admin", "/public/./../admin", "/%2fadmin", "/%61dmin",
		"/ADMIN", "/admin%00", "/admin%20", "/admin;x=/public/x", "/admin?/public/x", "/admin%3f/public/x", "/admin#/public/x",
		"/dev//admin", "/dev/../public/../admin", "/public/%2e./admin", "/public\\..\\admin", "/public/..", "/public/.",
		"/dev/public/../../admin", "http://localhost/admin", "http://localhost//admin", "http://public/../admin", "admin", "*",
		"/public/%00", "/public/%0d%0aadmin", "/public/\x7f", "/public/%ff", "/public/%", "/public/%2", "/public/%zz", "",
	} {
		t.Run(target, func(t *testing.T) {
			before := a.function.calls()
			statuses := a.raw(t, "GET "+target+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
			if len(statuses) != 1 || (statuses[0] != 401 && statuses[0] != 404 && statuses[0] != 400) {
				t.Errorf("got %v", statuses)
			}
			if a.function.calls() != before {
				t.Errorf("the function was called: %+v", a.lastEvent(t))
			}
		})
	}
	if got := a.raw(t, "GET /public/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); len(got) != 1 || got[0] != 200 {
		t.Errorf("the open route: got %v", got)
	}
}

func TestMethodTricks(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) {
		a.config.Routes = append(openRoutes("GET /x"), jwtRoute("DELETE /x"), jwtRoute("ANY /y"))
	})
	for _, method := range []string{"get", "GETX", "GE T", "DELETE", "TRACE", "CONNECT", "PROPFIND", "ANY", "$default"} {
		for _, path := range []string{"/x", "/y"} {
			a.raw(t, method+" "+path+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		}
	}
	if calls := a.function.calls(); calls != 0 {
		t.Fatalf("the function was called %d times", calls)
	}
	for _, header := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"} {
		got := a.call(t, http.MethodGet, "/x?_method=DELETE", header, "DELETE")
		if event := a.lastEvent(t); got.status != 200 || event.RequestContext.HTTP.Method != "GET" || event.RouteKey != "GET /x" {
			t.Errorf("%s: got %d, %s", header, got.status, event.RouteKey)
		}
		if got := a.call(t, http.MethodDelete, "/x", header, "GET"); got.status != 401 {
			t.Errorf("%s: got %d", header, got.status)
		}
	}
}

// A second request hidden in the first one's body or headers must meet the authorizer like any
// other.
func TestSmuggling(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	const hidden = "GET /test_jwt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	length := fmt.Sprint(len(hidden))
	for _, c := range []struct{ name, text string }{
		{"length and chunks", "GET /open HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden},
		{"chunks and length", "GET /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n" + hidden},
		{"two lengths", "GET /open HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: " + length + "\r\n\r\n" + hidden},
		{"two lengths in one line", "GET /open HTTP/1.1\r\nHost: x\r\nContent-Length: 0, " + length + "\r\n\r\n" + hidden},
		{"negative length", "GET /open HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n" + hidden},
		{"length with a plus", "GET /open HTTP/1.1\r\nHost: x\r\nContent-Length: +" + length + "\r\n\r\n" + hidden},
		{"unknown coding", "GET /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden},
		{"two codings", "GET /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + hidden},
		{"space before the colon", "GET /open HTTP/1.1\r\nHost: x\r\nContent-Length : " + length + "\r\n\r\n" + hidden},
		{"folded header", "GET /open HTTP/1.1\r\nHost: x\r\nX: y\r\n Authorization: z\r\n\r\n" + hidden},
		{"bare line feed", "GET /open HTTP/1.1\nHost: x\nContent-Length: 0\n\n" + hidden},
		{"broken chunk", "GET /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n" + hidden},
		{"version 0.9", "GET /open\r\n" + hidden},
		{"two Host headers", "GET /open HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" + hidden},
		{"request line in a header", "GET /open HTTP/1.1\r\nHost: x\r\nX: y\rGET /test_jwt HTTP/1.1\r\n\r\n" + hidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := a.function.calls()
			statuses := a.raw(t, c.text)
			for i, status := range statuses {
				if status == 200 && i > 0 {
					t.Errorf("got %v", statuses)
				}
			}
			for _, event := range a.eventsSince(before) {
				if !strings.Contains(event, `"routeKey":"GET /open"`) {
					t.Errorf("the function received %s", event)
				}
			}
		})
	}
}

func (a *api) eventsSince(count int) []string {
	a.function.mu.Lock()
	defer a.function.mu.Unlock()
	var events []string
	for _, event := range a.function.events[count:] {
		events = append(events, string(event))
	}
	return events
}

func TestHeaderLimit(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	const line = "GET /open HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
	padding := func(total int) string {
		return line + "X: " + strings.Repeat("a", total-len(line)-len("X: \r\n")) + "\r\n\r\n"
	}
	if got := a.raw(t, padding(10_240)); len(got) != 1 || got[0] != 200 {
		t.Errorf("10,240 bytes: got %v", got)
	}
	if got := a.raw(t, padding(10_241)); len(got) != 1 || got[0] < 400 || got[0] > 499 {
		t.Errorf("10,241 bytes: got %v", got)
	}
	if got := a.raw(t, "GET /open?"+strings.Repeat("a", 10_240)+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); len(got) != 1 || got[0] < 400 {
		t.Errorf("long request line: got %v", got)
	}
	if calls := a.function.calls(); calls != 1 {
		t.Errorf("the function was called %d times", calls)
	}
}

// zeros is a body without an end, which counts what was read of it.
type zeros int

func (z *zeros) Read(p []byte) (int, error) {
	*z += zeros(len(p))
	return len(p), nil
}

func TestEndlessBody(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) {
		a.config.Routes = []gateway.Route{openRoutes("POST /open")[0], jwtRoute("POST /test_jwt")}
	})
	for path, limit := range map[string]zeros{"/open": 10<<20 + 1, "/test_jwt": 0} {
		var body zeros
		recorder := httptest.NewRecorder()
		a.handler().ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, io.LimitReader(&body, 1<<30)))
		if recorder.Code < 400 || recorder.Code > 499 || body > limit {
			t.Errorf("%s: got %d after %d bytes", path, recorder.Code, body)
		}
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) { a.config.Routes = openRoutes("POST /x") })
	tooLarge := strings.Repeat("a", 10<<20+1)
	got := a.send(t, http.MethodPost, "/x", strings.NewReader(tooLarge), "Content-Type", "text/plain")
	if got.status < 400 || got.status > 499 {
		t.Errorf("declared length: got %d", got.status)
	}
	got = a.send(t, http.MethodPost, "/x", io.MultiReader(strings.NewReader(tooLarge)), "Content-Type", "text/plain")
	if got.status < 400 || got.status > 499 {
		t.Errorf("in chunks: got %d", got.status)
	}
	overLambdas := strings.Repeat("a", 6<<20)
	got = a.send(t, http.MethodPost, "/x", strings.NewReader(overLambdas), "Content-Type", "text/plain")
	if got.status < 400 || got.status > 499 {
		t.Errorf("over Lambda's limit: got %d", got.status)
	}
	if calls := a.function.calls(); calls != 0 {
		t.Errorf("the function was called %d times", calls)
	}
	fits := strings.Repeat("a", 5<<20)
	if got := a.send(t, http.MethodPost, "/x", strings.NewReader(fits), "Content-Type", "text/plain"); got.status != 200 {
		t.Errorf("5 MB: got %d", got.status)
	}
}

// What can't become an event is not taken in: not at all if its length is declared, and no further
// than the limit if not.
func TestRefusedBodiesAreNotRead(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) { a.config.Routes = openRoutes("POST /x") })
	const limit, slack = 6 << 20, 64 << 10
	for _, c := range []struct {
		name, contentType string
		declared          bool
		size, most        int64
	}{
		{"text over the event's limit", "text/plain", true, limit + 1, 0},
		{"bytes that base64 makes too long", "application/octet-stream", true, limit/4*3 + 1, 0},
		{"over the gateway's limit", "text/plain", true, 30 << 20, 0},
		{"text in chunks", "text/plain", false, 30 << 20, limit + slack},
		{"bytes in chunks", "image/png", false, 30 << 20, limit/4*3 + slack},
	} {
		body := &io.LimitedReader{R: endless{}, N: c.size}
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/x", body)
		request.Header.Set("Content-Type", c.contentType)
		if request.ContentLength = -1; c.declared {
			request.ContentLength = c.size
		}
		recorder := httptest.NewRecorder()
		a.server.Config.Handler.ServeHTTP(recorder, request)
		if read := c.size - body.N; recorder.Code != http.StatusRequestEntityTooLarge || read > c.most {
			t.Errorf("%s: got %d after %d bytes, want 413 after at most %d", c.name, recorder.Code, read, c.most)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// API Gateway says that the connection stays open; where it does not, the header says so.
func TestConnectionHeader(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	for text, want := range map[string]string{
		"GET /test_jwt HTTP/1.1\r\nHost: x\r\n\r\n":                      "keep-alive",
		"GET /test_jwt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n": "", // net/http takes a close away when it reads one
		"GET /open HTTP/1.1\r\nHost: x\r\n\r\n":                          "keep-alive",
	} {
		got := a.rawResponses(t, text)
		if len(got) != 1 || got[0].header.Get("Connection") != want {
			t.Errorf("%q: got %v, want Connection: %s", text, got, want)
		}
	}
}
