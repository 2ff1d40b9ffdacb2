package cognito_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/m2mtest"
)

// FuzzTokenForm holds that no body gets a token unless it has a client's id and secret, and that
// nothing of a secret is logged or sent back.
func FuzzTokenForm(f *testing.F) {
	valid := grant + "&client_id=" + readerID + "&client_secret=" + readerSecret
	for _, seed := range []string{
		"", grant, valid, valid + "&scope=test-api/read", valid + "&scope=%20", valid + "&client_id=" + writerID, valid + "&scope=%ff%00",
		grant + "&client_id=" + readerSecret + "&client_secret=" + readerID, "grant_type=client%5fcredentials&%63lient_id=" + readerID + "&client_secret=" + readerNewSecret,
		grant + "&client_id=" + readerID + "&client_secret=", `{"grant_type":"client_credentials"}`, valid + ";a=b", "&&=&=%", "grant_type=refresh_token&" + valid,
	} {
		f.Add(seed)
	}
	server, log := fuzzedServer(f)
	f.Fuzz(func(t *testing.T, body string) {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/oauth2/token", strings.NewReader(body))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		got := serveRecorded(server, request)
		form, err := url.ParseQuery(body)
		authentic := err == nil && isSecretOf(form.Get("client_id"), form.Get("client_secret"))
		checkFuzzed(t, got, authentic, log)
	})
}

// FuzzBasicHeader holds the same for the Authorization header.
func FuzzBasicHeader(f *testing.F) {
	basic := func(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }
	for _, seed := range []string{
		"", "Basic", "Basic ", "Basic !!!", "Bearer x", basic(""), basic(":"), basic(readerID), basic(readerID + ":"), basic(":" + readerSecret),
		basic(readerID + ":" + readerSecret), basic(readerID + ":" + readerSecret + "\n"), basic(readerID + ":" + readerSecret + ":"), basic(readerSecret + ":" + readerID),
		"basic " + basic(readerID + ":" + readerNewSecret)[6:], basic("%" + ":x"), basic("%31" + readerID[1:] + ":" + readerSecret), basic("\xff:\x00"), basic(writerID + ":" + url.QueryEscape(writerSecret)),
	} {
		f.Add(seed)
	}
	server, log := fuzzedServer(f)
	f.Fuzz(func(t *testing.T, authorization string) {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/oauth2/token", strings.NewReader(grant))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Authorization", authorization)
		got := serveRecorded(server, request)
		checkFuzzed(t, got, isAuthenticBasic(authorization), log)
	})
}

// isAuthenticBasic decodes a Basic header on its own terms, not the server's.
func isAuthenticBasic(authorization string) bool {
	if len(authorization) < 6 || !strings.EqualFold(authorization[:6], "basic ") {
		return false
	}
	text, err := base64.StdEncoding.DecodeString(authorization[6:])
	if err != nil {
		return false
	}
	id, secret, _ := strings.Cut(string(text), ":")
	plainID, idErr := url.PathUnescape(id)
	plainSecret, secretErr := url.PathUnescape(secret)
	return idErr == nil && secretErr == nil && isSecretOf(plainID, plainSecret)
}

func isSecretOf(id, secret string) bool {
	switch id {
	case readerID:
		return secret == readerSecret || secret == readerNewSecret
	case writerID:
		return secret == writerSecret
	default:
		return false
	}
}

func fuzzedServer(f *testing.F) (*cognito.Server, *m2mtest.Buffer) {
	f.Helper()
	log := &m2mtest.Buffer{}
	server, err := cognito.New(baseConfig(log))
	if err != nil {
		f.Fatal(err)
	}
	return server, log
}

func serveRecorded(server http.Handler, request *http.Request) response {
	recorder := httptest.NewRecorder()
	server.ServeHTTP(recorder, request)
	return response{status: recorder.Code, header: recorder.Header(), body: recorder.Body.String()}
}

func checkFuzzed(t *testing.T, got response, authentic bool, log *m2mtest.Buffer) {
	t.Helper()
	switch {
	case got.status == http.StatusOK && !authentic:
		t.Error("got a token without a client's id and secret")
	case got.status != http.StatusOK && got.status != http.StatusBadRequest:
		t.Errorf("got %d, want 200 or 400", got.status)
	}
	checkNothingLeaked(t, log.Take(), got)
}
