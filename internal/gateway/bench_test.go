package gateway_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
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
