package cognito_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/cognito"
)

// BenchmarkTokenRequest takes turns between a whole token request and one bare RSA-2048 signature,
// and reports how many signatures a request is worth. The ratio says what the machine's speed does
// not hide.
func BenchmarkTokenRequest(b *testing.B) {
	server, err := cognito.New(baseConfig(io.Discard))
	if err != nil {
		b.Fatal(err)
	}
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256([]byte("anything"))
	var requests, signatures time.Duration
	for b.Loop() {
		start := time.Now()
		request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/oauth2/token", strings.NewReader(grant))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.SetBasicAuth(readerID, readerSecret)
		if got := serveRecorded(server, request); got.status != http.StatusOK {
			b.Fatalf("got %d, want 200", got.status)
		}
		requests += time.Since(start)

		start = time.Now()
		if _, err := rsa.SignPKCS1v15(nil, private, crypto.SHA256, digest[:]); err != nil {
			b.Fatal(err)
		}
		signatures += time.Since(start)
	}
	b.ReportMetric(float64(requests)/float64(signatures), "signatures/request")
}
