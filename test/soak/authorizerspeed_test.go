package soak

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cognito-m2m/internal/jwtauth/jwtauthtest"
	"cognito-m2m/internal/m2mtest"
)

const (
	authorizing = "the authorizer function by itself"
	tokenOnce   = "the authorizer function by itself, each token once"
)

// TestSpeedAuthorizer prints how fast the authorizer function is beside an empty one, both called
// by the same Runtime API, in turn. Its tokens are valid, so that nothing is left out. A client
// sends one token for as long as it is valid, so what counts is a token that comes again.
func TestSpeedAuthorizer(t *testing.T) {
	if !*speed {
		t.Skip("only with -speed")
	}
	needsProc(t)
	functions := map[string]*clientFloor{
		client:      startClientFloor(t),
		authorizing: startProgram(t, authorizer(t, 1)),
		tokenOnce:   startProgram(t, authorizer(t, speedConnections*maxVerified+1)),
	}
	rates, ofCPU := map[string][]float64{}, map[string][]float64{}
	const calls = 3_000
	for range *rounds {
		for _, what := range []string{client, authorizing, tokenOnce} {
			before := cpuTimeOf(t, functions[what].pids...)
			did := functions[what].invoke(calls)
			rates[what] = append(rates[what], did.perSecond())
			ofCPU[what] = append(ofCPU[what], calls/(cpuTimeOf(t, functions[what].pids...)-before).Seconds())
		}
	}
	var figures []figure
	for what, target := range map[string]string{authorizing: ">= 0.5", tokenOnce: ""} {
		rate := figure{what: what, unit: "/s", target: target, beside: client, to: rates[client], now: rates[what]}
		byCPU := rate.byCPU()
		byCPU.to, byCPU.now = ofCPU[client], ofCPU[what]
		figures = append(figures, rate, byCPU)
	}
	slices.SortFunc(figures, func(a, b figure) int { return cmp.Compare(a.what, b.what) })
	tell(t, figures...)
}

// maxVerified is how many tokens the function remembers.
const maxVerified = 1_000

// authorizer is the function, called with so many tokens, with what it calls itself: a pool's keys,
// and a Systems Manager where nobody is refused.
func authorizer(t *testing.T, tokens int) program {
	t.Helper()
	set, err := json.Marshal(jwtauthtest.KeySet(jwtauthtest.Published()))
	if err != nil {
		t.Fatal(err)
	}
	around := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = w.Write(set)
			return
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = w.Write([]byte(`{"Parameters":[]}`))
	}))
	t.Cleanup(around.Close)
	folder, now := t.TempDir(), time.Now()
	m2mtest.Write(t, filepath.Join(folder, "scopes.json"), `{"GET /test_jwt/read":["test-api/read"]}`)
	events := make([]string, tokens)
	for i := range events {
		token := jwtauthtest.Sign(t, jwtauthtest.With(map[string]any{"iat": now.Unix() - 1, "exp": now.Add(24 * time.Hour).Unix(), "jti": i}))
		event, err := json.Marshal(authorizerEvent(token))
		if err != nil {
			t.Fatal(err)
		}
		events[i] = string(event)
	}
	return program{
		name: "authorize", events: events, answer: `{"isAuthorized":true,`,
		variables: []string{
			"ISSUER=" + jwtauthtest.IssuerURL, "JWKS_URI=" + around.URL, "REFUSED_PATH=/m2m/dev/refused/", "LAMBDA_TASK_ROOT=" + folder,
			"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=AKIDLOCAL", "AWS_SECRET_ACCESS_KEY=local", "AWS_ENDPOINT_URL=" + around.URL,
		},
	}
}

// authorizerEvent is as large as API Gateway's.
func authorizerEvent(token string) map[string]any {
	const route = "GET /test_jwt/read"
	return map[string]any{
		"version": "2.0", "type": "REQUEST", "routeArn": "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/$default/GET/test_jwt/read",
		"identitySource": []string{"Bearer " + token, route}, "routeKey": route, "rawPath": "/test_jwt/read", "rawQueryString": "",
		"headers": map[string]string{
			"accept": "*/*", "authorization": "Bearer " + token, "content-length": "0", "host": "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
			"user-agent": "curl/8.5.0", "x-amzn-trace-id": "Root=1-66705b09-5f85233d2fb7bd54034f7e30", "x-forwarded-for": "192.0.2.1",
			"x-forwarded-port": "443", "x-forwarded-proto": "https",
		},
		"requestContext": map[string]any{
			"accountId": "123456789012", "apiId": "a1b2c3d4e5", "domainName": "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
			"domainPrefix": "a1b2c3d4e5", "requestId": "Mc7UVioPPHcEKPA=", "routeKey": route, "stage": "$default",
			"time": "29/Nov/2026:10:30:00 +0000", "timeEpoch": 1795948200000,
			"http": map[string]string{
				"method": "GET", "path": "/test_jwt/read", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "curl/8.5.0",
			},
		},
	}
}
