package cognito_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/cognito"
)

// logLine is what the tests look at in a line of the log.
type logLine struct {
	Message   string `json:"msg"`
	RequestID string `json:"request_id"`
	ClientID  string `json:"client_id"`
	Status    int    `json:"status"`
	Error     string `json:"error"`
	Scope     string `json:"scope"`
}

func TestLogLineOfARequest(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, form, id, secret string
		want                   logLine
	}{
		{"granted", grant, writerID, writerSecret, logLine{ClientID: writerID, Status: 200, Scope: "test-api/write"}},
		{"unknown client", grant, "1unknownid0000000000000000", writerSecret, logLine{Status: 400, Error: "invalid_client"}},
		{"wrong secret", grant, writerID, readerSecret, logLine{ClientID: writerID, Status: 400, Error: "invalid_client"}},
		{"scope refused", grant + "&scope=test-api/read", writerID, writerSecret, logLine{ClientID: writerID, Status: 400, Error: "invalid_scope"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := startPool(t)
			got := p.do(t, p.formRequest(t, c.form, c.id, c.secret))
			if lines := strings.Count(p.log.String(), "\n"); lines != 1 {
				t.Fatalf("got %d lines, want 1", lines)
			}
			var line logLine
			if err := json.Unmarshal([]byte(p.log.String()), &line); err != nil {
				t.Fatal(err)
			}
			c.want.Message, c.want.RequestID = "token request", got.header.Get("X-Amz-Cognito-Request-Id")
			if diff := cmp.Diff(c.want, line); diff != "" {
				t.Errorf("line (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNoSecretOrTokenInTheLog sends the secret in every place that a mistaken caller could put it.
func TestNoSecretOrTokenInTheLog(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(readerID+":"+readerSecret))
	cases := []struct{ name, method, target, contentType, authorization, body string }{
		{"valid, Basic", http.MethodPost, "", form, basic, grant},
		{"valid, form", http.MethodPost, "", form, "", grant + "&client_id=" + readerID + "&client_secret=" + readerSecret},
		{"as client id", http.MethodPost, "", form, "", grant + "&client_id=" + readerSecret},
		{"as client id in Basic", http.MethodPost, "", form, "Basic " + base64.StdEncoding.EncodeToString([]byte(readerSecret+":"+readerID)), grant},
		{"as grant type", http.MethodPost, "", form, basic, "grant_type=" + readerSecret},
		{"as scope", http.MethodPost, "", form, basic, grant + "&scope=" + readerSecret},
		{"as parameter name", http.MethodPost, "", form, "", readerSecret + "=1"},
		{"beside a broken escape", http.MethodPost, "", form, "", grant + "&client_secret=" + readerSecret + "%zz"},
		{"sent twice", http.MethodPost, "", form, "", grant + "&client_secret=" + readerSecret + "&client_secret=" + readerSecret},
		{"as Bearer", http.MethodPost, "", form, "Bearer " + readerSecret, grant},
		{"Basic without base64", http.MethodPost, "", form, "Basic " + readerID + ":" + readerSecret, grant},
		{"JSON body", http.MethodPost, "", "application/json", "", `{"client_secret":"` + readerSecret + `"}`},
		{"in the content type", http.MethodPost, "", readerSecret, "", grant},
		{"in the query string", http.MethodPost, "?client_id=" + readerID + "&client_secret=" + readerSecret, form, "", grant},
		{"in the query string of a GET", http.MethodGet, "?client_secret=" + readerSecret, "", "", ""},
		{"in the path", http.MethodPost, "/" + readerSecret, form, basic, grant},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := startPool(t)
			request := p.request(t, c.method, "/oauth2/token"+c.target, c.body)
			request.Header.Set("Content-Type", c.contentType)
			if c.authorization != "" {
				request.Header.Set("Authorization", c.authorization)
			}
			got := p.do(t, request)
			checkNothingLeaked(t, p.log.String(), got)
		})
	}
}

// checkNothingLeaked searches the log for the reader's secret, plain or inside base64, and for the
// token that the response may have. Nor may a response repeat the secret.
func checkNothingLeaked(t *testing.T, log string, got response) {
	t.Helper()
	encoded := base64.StdEncoding.EncodeToString([]byte(readerID + ":" + readerSecret))
	for _, text := range []string{log, got.body} {
		if strings.Contains(text, readerSecret) || strings.Contains(text, encoded) {
			t.Errorf("the secret shows in %s", text)
		}
	}
	var body struct {
		AccessToken string `json:"access_token"`
	}
	if got.status != http.StatusOK {
		return
	}
	if err := json.Unmarshal([]byte(got.body), &body); err != nil {
		t.Fatal(err)
	}
	for part := range strings.SplitSeq(body.AccessToken, ".") {
		if part == "" || strings.Contains(log, part) {
			t.Errorf("a part of the token is empty, or shows in %s", log)
		}
	}
}

// dryRandom is a source of randomness that fails, naming something only the log may show.
type dryRandom struct{}

func (dryRandom) Read([]byte) (int, error) { return 0, errors.New("entropy device is gone") }

func TestInternalFailureIsLoggedAndHidden(t *testing.T) {
	t.Parallel()
	p := startPool(t, func(c *cognito.Config) { c.Rand = dryRandom{} })
	got := p.do(t, p.formRequest(t, grant, readerID, readerSecret))
	if got.status != http.StatusInternalServerError || strings.Contains(got.body, "entropy") {
		t.Errorf("got %d %s, want 500 without the reason", got.status, got.body)
	}
	if !strings.Contains(p.log.String(), "entropy device is gone") {
		t.Errorf("log: got %s, want the reason in it", p.log.String())
	}
}
