package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"cognito-m2m/internal/gateway"
	"cognito-m2m/internal/m2mtest"
)

// What a 5xx or an unreachable issuer hides from the caller is in the operator's log, without the
// token.
func TestCausesAreLogged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*api)
		want   []string
	}{
		{"missing permission", func(a *api) { a.config.Permissions = nil }, []string{
			"AWS::Lambda::Permission", functionARN, "arn:aws:execute-api:us-east-1:123456789012:" + apiID + "/$default/ANY/test_jwt",
		}},
		{"issuer down", func(a *api) { a.issuer.server.Close() }, []string{"OIDC discovery endpoint communication error", "connection refused"}},
		{"malformed response", func(a *api) { a.function = answering("not JSON") }, []string{"not JSON", "ANY /test_jwt"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var log m2mtest.Buffer
			a := newAPI(t, c.change, func(a *api) { a.config.Log = slog.New(slog.NewTextHandler(&log, nil)) })
			token := sign(t, validClaims())
			got := a.call(t, http.MethodGet, "/test_jwt", "Authorization", "Bearer "+token)
			for _, part := range append(c.want, got.header.Get("Apigw-Requestid")) {
				if !strings.Contains(log.String(), part) {
					t.Errorf("%q is not in: %s", part, log.String())
				}
			}
			for part := range strings.SplitSeq(token, ".") {
				if strings.Contains(log.String(), part) {
					t.Errorf("the log has a part of the token: %s", log.String())
				}
			}
		})
	}
}

// Whatever a caller or an issuer writes, the log has one line per request and each JSON value ends
// where it should.
func TestAccessLogCannotBeForged(t *testing.T) {
	t.Parallel()
	a := newAPI(t, logging(`{"id":"$context.requestId","agent":"$context.identity.userAgent","path":"$context.path","sub":"$context.authorizer.claims.sub","status":"$context.status"}`))
	evil := "x\",\"status\":\"200\n{\"forged\":1}\u2028\\"
	token := sign(t, with(map[string]any{"sub": evil}))
	a.call(t, http.MethodGet, `/test_jwt`, "Authorization", token, "User-Agent", `a","status":"999\`)
	a.call(t, http.MethodGet, `/nothing%22,%22status%22:%22200`, "User-Agent", "x\ty")
	lines := strings.Split(strings.TrimSuffix(a.log.String(), "\n"), "\n")
	if len(lines) != 2 {
		t.Fatalf("got %d lines: %q", len(lines), lines)
	}
	var first, second map[string]string
	for line, target := range map[string]*map[string]string{lines[0]: &first, lines[1]: &second} {
		if err := json.Unmarshal([]byte(line), target); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
	}
	if first["status"] != "200" || first["sub"] != evil || first["agent"] != `a","status":"999\` {
		t.Errorf("got %v", first)
	}
	if second["status"] != "404" || second["agent"] != "x\ty" {
		t.Errorf("got %v", second)
	}
}

func TestAccessLogNeverHasTheToken(t *testing.T) {
	t.Parallel()
	a := newAPI(t, logging(allVariables), func(a *api) {
		a.config.Authorizers[0].IdentitySource = []string{"$request.querystring.token"}
	})
	for _, token := range []string{sign(t, validClaims()), sign(t, with(map[string]any{"exp": 1}))} {
		a.call(t, http.MethodGet, "/test_jwt?token="+token)
		for part := range strings.SplitSeq(token, ".") {
			if strings.Contains(a.log.String(), part) {
				t.Errorf("the log has a part of the token: %s", a.log)
			}
		}
	}
}

// Callers put tokens where they should not, and functions put whole events into their errors.
func TestLogsHaveNoTokenOfAnySource(t *testing.T) {
	t.Parallel()
	token := sign(t, validClaims())
	echoed := errors.New("unexpected headers map[authorization:Bearer " + token + "]")
	for _, c := range []struct {
		name, target string
		headers      []string
		function     *function
	}{
		{"path", "/nothing/" + token + "/x", nil, &function{}},
		{"path of a route", "/files/" + token, nil, &function{}},
		{"user agent", "/open", []string{"User-Agent", token}, &function{}},
		{"function error", "/open", nil, &function{respond: func(context.Context, []byte) ([]byte, string, error) { return nil, "", echoed }}},
		{"function's header name", "/open", nil, answering(`{"statusCode":200,"headers":{"Bearer ` + token + `":"x"}}`)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var operators m2mtest.Buffer
			a := newAPI(t, logging(allVariables), func(a *api) {
				a.function = c.function
				a.config.Routes = append(a.config.Routes, openRoutes("GET /files/{name}")...)
				a.config.Log = slog.New(slog.NewTextHandler(&operators, nil))
			})
			a.call(t, http.MethodGet, c.target, c.headers...)
			signature := token[strings.LastIndex(token, ".")+1:]
			if strings.Contains(a.log.String(), signature) {
				t.Errorf("in the access log: %s", a.log)
			}
			if strings.Contains(operators.String(), signature) {
				t.Errorf("in the operator's log: %s", operators.String())
			}
			if !strings.Contains(a.log.String(), "[token]") {
				t.Errorf("nothing stands for the token in: %s", a.log)
			}
		})
	}
}

func TestObservedRequestsHaveNoToken(t *testing.T) {
	t.Parallel()
	token := sign(t, validClaims())
	echoed := errors.New("unexpected headers map[authorization:Bearer " + token + "]")
	for _, c := range []struct {
		name, target string
		headers      []string
		function     *function
		masked       func(gateway.Request) string
	}{
		{"path", "/nothing/" + token + "/x", nil, &function{}, func(r gateway.Request) string { return r.Path }},
		{"path in percents", "/nothing/%65" + token[1:], nil, &function{}, func(r gateway.Request) string { return r.Path }},
		{"path of a route", "/files/" + token, nil, &function{}, func(r gateway.Request) string { return r.Path }},
		{"path before any stage", "/" + token + "/..", []string{"X-Large", strings.Repeat("x", 11<<10)}, &function{}, func(r gateway.Request) string { return r.Path }},
		{
			"function error", "/open", nil, &function{respond: func(context.Context, []byte) ([]byte, string, error) { return nil, "", echoed }},
			func(r gateway.Request) string { return r.Refused },
		},
		{"function's header name", "/open", nil, answering(`{"statusCode":200,"headers":{"Bearer ` + token + `":"x"}}`), func(r gateway.Request) string { return r.Refused }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var seen watched
			a := newAPI(t, seen.into, func(a *api) {
				a.function = c.function
				a.config.Routes = append(a.config.Routes, openRoutes("GET /files/{name}")...)
			})
			a.call(t, http.MethodGet, c.target, c.headers...)
			record := seen.only(t)
			if text := c.masked(record); !strings.Contains(text, "[token]") {
				t.Errorf("nothing stands for the token in %q", text)
			}
			for part := range strings.SplitSeq(token, ".") {
				if all := record.Path + record.Refused + record.ClientID; strings.Contains(all, part) {
					t.Errorf("a part of the token is in %q", all)
				}
			}
		})
	}
}
