package gateway_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/gateway"
)

// BenchmarkRSAVerify is the floor for the two below.
func BenchmarkRSAVerify(b *testing.B) {
	token := sign(b, validClaims())
	end := strings.LastIndex(token, ".")
	signature := []byte(decode(b, token[end+1:]))
	for b.Loop() {
		digest := sha256.Sum256([]byte(token[:end]))
		if err := rsa.VerifyPKCS1v15(&rsaKeys()[0].PublicKey, crypto.SHA256, digest[:], signature); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNewToken has more tokens than the gateway remembers, so each is new again.
func BenchmarkNewToken(b *testing.B) {
	tokens := make([]string, 300)
	for i := range tokens {
		tokens[i] = sign(b, with(map[string]any{"scope": "other", "jti": i}))
	}
	i := 0
	benchmark(b, func() string { i++; return tokens[i%len(tokens)] }, 403, "")
}

func BenchmarkAuthorizedCall(b *testing.B) {
	benchmark(b, always(sign(b, validClaims())), 200, `{"statusCode":200,"body":"x"}`)
}

// BenchmarkRememberedCall has a Lambda authorizer whose answer is remembered.
func BenchmarkRememberedCall(b *testing.B) {
	benchmarkRemembered(b, `{"isAuthorized":true,"context":`+claimsContext+`}`)
}

// BenchmarkRememberedPolicy has the answer's policy evaluated for each call.
func BenchmarkRememberedPolicy(b *testing.B) {
	benchmarkRemembered(b, strings.Replace(policyFor("Allow", "$default/GET/orders/*"), `{"client_id":"reader"}`, claimsContext, 1), withPolicy)
}

// claimsContext is as large as the claims of a token.
const claimsContext = `{"auth_time":"1795343400","client_id":"1h57kf5cpq17m0eml12EXAMPLE","exp":"1795347000","iat":"1795343400",` +
	`"iss":"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEf123","jti":"0a1b2c3d-0000-4000-8000-000000000000",` +
	`"scope":"test-api/read","sub":"1h57kf5cpq17m0eml12EXAMPLE","token_use":"access","version":"2"}`

// benchmarkRemembered makes a call through the JWT authorizer after each one, and reports how many
// calls there are in the time of one of those. It compares medians, which other programs that run
// meanwhile hardly change.
func benchmarkRemembered(b *testing.B, output string, changes ...func(*gateway.Authorizer)) {
	b.Helper()
	token := sign(b, validClaims())
	changes = append(changes, sources("$request.header.Authorization", "$context.routeKey"))
	a := newAPI(b, asks(output, changes...), logging(cdkCLF), func(a *api) { a.function = answering(`{"statusCode":200,"body":"x"}`) })
	a.function.discard = true
	var remembered, byToken []time.Duration
	for b.Loop() {
		remembered = append(remembered, a.timed(b, "/orders/1", token))
		byToken = append(byToken, a.timed(b, "/test_jwt/read", token))
	}
	if calls := a.asked.calls(); calls != 1 {
		b.Fatalf("the authorizer's function was asked %d times", calls)
	}
	slices.Sort(remembered)
	slices.Sort(byToken)
	b.ReportMetric(float64(byToken[len(byToken)/2])/float64(remembered[len(remembered)/2]), "of-jwt")
}

// timed makes a call that is authorized, and returns how long it took.
func (a *api) timed(b *testing.B, path, token string) time.Duration {
	b.Helper()
	request := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
	request.Header.Set("Authorization", "Bearer "+token)
	recorder := httptest.NewRecorder()
	began := time.Now()
	a.handler().ServeHTTP(recorder, request)
	took := time.Since(began)
	if recorder.Code != http.StatusOK {
		b.Fatalf("%s: got %d", path, recorder.Code)
	}
	return took
}

// BenchmarkEchoedCall has a response of usual size: an event, as a text in JSON.
func BenchmarkEchoedCall(b *testing.B) {
	event, err := os.ReadFile("testdata/event.json")
	if err != nil {
		b.Fatal(err)
	}
	body, err := json.Marshal(string(event))
	if err != nil {
		b.Fatal(err)
	}
	benchmark(b, always(sign(b, validClaims())), 200, `{"statusCode":200,"body":`+string(body)+`}`)
}

func BenchmarkForbiddenCall(b *testing.B) {
	benchmark(b, always(sign(b, with(map[string]any{"scope": "other"}))), 403, "")
}

func always(token string) func() string { return func() string { return token } }

func benchmark(b *testing.B, token func() string, want int, response string) {
	b.Helper()
	a := newAPI(b, logging(cdkCLF), func(a *api) { a.function = answering(response) })
	a.function.discard = true
	b.ReportAllocs()
	for b.Loop() {
		request := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/test_jwt/read", nil)
		request.Header.Set("Authorization", "Bearer "+token())
		recorder := httptest.NewRecorder()
		a.handler().ServeHTTP(recorder, request)
		if recorder.Code != want {
			b.Fatalf("got %d", recorder.Code)
		}
	}
}
