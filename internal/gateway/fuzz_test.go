package gateway_test

import (
	"bufio"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"cognito-m2m/internal/gateway"
)

// handler is an API's gateway without a server in front, for requests by the thousand.
func (a *api) handler() http.Handler { return a.server.Config.Handler }

// FuzzToken feeds the authorizer any token: it must answer, and authorize none it did not get from
// the issuer.
func FuzzToken(f *testing.F) {
	a := newAPI(f)
	valid := sign(f, validClaims())
	unsigned := valid[:strings.LastIndex(valid, ".")+1]
	for _, seed := range []string{
		valid, unsigned, "", "..", "Bearer " + valid, valid + "\n", b64(`{"alg":"none","kid":"key-1"}`) + "." + b64(`{}`) + ".",
		b64(`{"alg":"RS256","kid":"key-1","crit":["x"]}`) + "." + b64(`{"exp":1e999}`) + "." + b64("x"),
		signRaw(f, jose.RS256, rsaKeys()[1], map[jose.HeaderKey]any{"kid": "key-1"}, payloadOf(f, validClaims())),
		signRaw(f, jose.RS256, rsaKeys()[0], map[jose.HeaderKey]any{"kid": "key-1"}, []byte(`[[[[`)),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/test_jwt", nil)
		request.Header["Authorization"] = []string{token}
		recorder := httptest.NewRecorder()
		a.handler().ServeHTTP(recorder, request)
		if strings.TrimPrefix(token, "Bearer ") == valid {
			return
		}
		if recorder.Code != 401 && recorder.Code != 431 {
			t.Errorf("got %d for %q", recorder.Code, token)
		}
	})
}

// FuzzClaims signs any payload with the issuer's key: only the scope claim may open the scoped
// route. What claims are is package jwtauth's to test.
func FuzzClaims(f *testing.F) {
	a := newAPI(f)
	for _, seed := range []string{
		string(payloadOf(f, validClaims())), `{}`, `null`, `{"exp":1e308}`, `{"scope":["test-api/read"]}`, "\xff",
		` {"a" : [1, -0.5e+3 ,true,{}, [] ] , "b\u00e9\ud800":"\"\\" }` + "\n\t", `{"a":01}`, `{"a":.5}`, `{"a":1,}`, `{"a":[1,]}`, `{"a" 1}`, `{,}`,
		`{"a":nul}`, `{"a":"\x"}`, "{\"a\":\"\x01\"}", "{\"a\":\"\x7f\"}", `{"a":"`, `{"a":"\`, `{"a":1"b":2}`, `{"a":{"b":1,"b":1}}`, `{"a":-}`, `{a:1}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/test_jwt/read", nil)
		request.Header.Set("Authorization", rawSigned(t, `{"alg":"RS256","kid":"key-1"}`, payload))
		recorder := httptest.NewRecorder()
		a.handler().ServeHTTP(recorder, request)
		if !slices.Contains([]int{200, 401, 403, 431}, recorder.Code) {
			t.Errorf("got %d for %q", recorder.Code, payload)
		}
		looksRight := strings.Contains(payload, `iss`) || strings.Contains(payload, `\u`)
		if recorder.Code == 200 && !looksRight {
			t.Errorf("authorized %q", payload)
		}
	})
}

// FuzzRoute parses any request line as net/http does. Without a token, only the open route may
// reach the function, and what the function sees must be below that route's path.
func FuzzRoute(f *testing.F) {
	a := newAPI(f, func(a *api) {
		a.config.Stages = []gateway.Stage{{Name: "$default"}, {Name: "dev"}}
		a.config.Routes = append(openRoutes("ANY /public/{proxy+}"), jwtRoute("GET /items/{id}"), jwtRoute("ANY /{proxy+}"), jwtRoute("$default"))
	})
	for _, seed := range []string{
		"/public/x", "/public/../admin", "/public/%2e%2e/admin", "//public/x", "/dev/public/x", "/public/%2f", "/public/%3f", "http://h/public/x",
		"/public/a//b", "/items/1", "*", "/public/%00", "/public/\\..\\x",
	} {
		f.Add("GET", seed)
	}
	f.Fuzz(func(t *testing.T, method, target string) {
		request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(method + " " + target + " HTTP/1.1\r\nHost: x\r\n\r\n")))
		if err != nil {
			return
		}
		before := a.function.calls()
		recorder := httptest.NewRecorder()
		a.handler().ServeHTTP(recorder, request)
		if a.function.calls() == before {
			return
		}
		event := a.lastEvent(t)
		path := strings.TrimPrefix(event.RawPath, "/dev")
		if event.RouteKey != "ANY /public/{proxy+}" || !strings.HasPrefix(path, "/public/") || strings.Contains(path, "/../") ||
			strings.HasSuffix(path, "/..") || strings.Contains(path, "//") {
			t.Errorf("%s %q reached the function as %s %q", method, target, event.RouteKey, event.RawPath)
		}
	})
}

// FuzzFunctionResponse lets the function answer anything: the caller gets a well-formed response
// with a request id.
func FuzzFunctionResponse(f *testing.F) {
	fn := answering("")
	a := newAPI(f, func(a *api) { a.function = fn })
	for _, seed := range []string{
		`{"statusCode":200,"headers":{"a":"b"},"cookies":["c=d"],"body":"x"}`, `{"statusCode":99}`, `{"statusCode":"200"}`, `"text"`, `null`, ``, ` `,
		`{"statusCode":200,"isBase64Encoded":true,"body":"` + base64.StdEncoding.EncodeToString([]byte("x")) + `"}`, `{"statusCode":204,"body":"x"}`,
		`{"statusCode":200,"headers":{"a\r\nb":"c"}}`, `{"statusCode":1e2}`, `[`, "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, output []byte) {
		fn.mu.Lock()
		fn.respond = answering(string(output)).respond
		fn.mu.Unlock()
		recorder := httptest.NewRecorder()
		a.handler().ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/open", nil))
		if recorder.Code < 200 || recorder.Code > 599 || recorder.Header().Get("Apigw-Requestid") == "" {
			t.Errorf("got %d %v for %q", recorder.Code, recorder.Header(), output)
		}
		for name, values := range recorder.Header() {
			for _, value := range values {
				if strings.ContainsAny(name+value, "\r\n\x00") {
					t.Errorf("header %q: %q for %q", name, value, output)
				}
			}
		}
	})
}
