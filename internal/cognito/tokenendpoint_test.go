package cognito_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/cognito"
)

const grant = "grant_type=client_credentials"

var uuidPattern = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestTokenResponse(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	got := p.do(t, p.formRequest(t, grant, writerID, writerSecret))

	body := regexp.MustCompile(`^\{"access_token":"[\w-]+\.[\w-]+\.[\w-]+","expires_in":1800,"token_type":"Bearer"\}$`)
	if got.status != http.StatusOK || !body.MatchString(got.body) {
		t.Errorf("got %d %s, want 200 and a body like %s", got.status, got.body, body)
	}
	checkTokenHeaders(t, got.header, "application/json;charset=UTF-8")
}

// checkTokenHeaders compares the headers that successes and refusals share.
func checkTokenHeaders(t *testing.T, header http.Header, contentType string) {
	t.Helper()
	want := map[string]string{
		"Content-Type":                contentType,
		"Cache-Control":               "no-cache, no-store, max-age=0, must-revalidate",
		"Pragma":                      "no-cache",
		"Expires":                     "0",
		"Access-Control-Allow-Origin": "*",
		"X-Content-Type-Options":      "nosniff",
		"X-Frame-Options":             "DENY",
		"Strict-Transport-Security":   "max-age=31536000 ; includeSubDomains",
		"X-Xss-Protection":            "1; mode=block",
	}
	got := map[string]string{}
	for name := range want {
		got[name] = header.Get(name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if id := header.Get("X-Amz-Cognito-Request-Id"); !uuidPattern.MatchString(id) {
		t.Errorf("x-amz-cognito-request-id: got %q, want a UUID", id)
	}
}

// Clients in states that New accepts and the token endpoint refuses.
const (
	oauthOffID = "1oauthoffid00000000000000a"
	codeFlowID = "1codeflowid00000000000000a"
	oidcOnlyID = "1oidconlyid00000000000000a"
)

func addRefusedClients(config *cognito.Config) {
	secrets := secretsOf(readerID, readerSecret)
	config.Clients = append(config.Clients,
		cognito.Client{ID: oauthOffID, Secrets: secrets, AllowedOAuthFlows: []string{"client_credentials"}, AllowedOAuthScopes: []string{"test-api/read"}},
		cognito.Client{ID: codeFlowID, Secrets: secrets, AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: []string{"code"}, AllowedOAuthScopes: []string{"test-api/read"}},
		cognito.Client{ID: oidcOnlyID, Secrets: secrets, AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: []string{"client_credentials"}, AllowedOAuthScopes: []string{"openid", "aws.cognito.signin.user.admin"}},
	)
}

const (
	invalidRequest      = `{"error":"invalid_request"}`
	invalidClient       = `{"error":"invalid_client"}`
	invalidClientSecret = `{"error":"invalid_client","error_description":"invalid_client_secret"}`
	invalidScope        = `{"error":"invalid_scope"}`
)

// TestTokenErrors has the rows of the specification's table of errors. Rows that AWS leaves open
// are in TestOpenCasesIssueNothing.
func TestTokenErrors(t *testing.T) {
	t.Parallel()
	p := startPool(t, addRefusedClients)
	cases := []struct {
		name       string
		form       string
		id, secret string
		want       string
	}{
		{"body is JSON under a form content type", `{"grant_type":"client_credentials"}`, readerID, readerSecret, invalidRequest},
		{"grant_type missing", "scope=test-api/read", readerID, readerSecret, invalidRequest},
		{"grant_type empty", "grant_type=", readerID, readerSecret, invalidRequest},
		{"grant_type unknown", "grant_type=password", readerID, readerSecret, `{"error":"unsupported_grant_type"}`},
		{"client unknown, in Basic", grant, "1unknownid0000000000000000", readerSecret, invalidClient},
		{"client unknown, in the form", grant + "&client_id=1unknownid0000000000000000&client_secret=" + readerSecret, "", "", invalidClient},
		{"secret missing", grant + "&client_id=" + readerID, "", "", invalidClientSecret},
		{"secret empty", grant + "&client_secret=&client_id=" + readerID, "", "", invalidClientSecret},
		{"secret wrong, in Basic", grant, readerID, writerSecret, invalidClientSecret},
		{"secret wrong, in the form", grant + "&client_id=" + readerID + "&client_secret=" + readerSecret + "x", "", "", invalidClientSecret},
		{"secret with a newline at the end", grant, readerID, readerSecret + "\n", invalidClientSecret},
		{"OAuth flag off", grant, oauthOffID, readerSecret, `{"error":"invalid_grant"}`},
		{"flow not allowed", grant, codeFlowID, readerSecret, `{"error":"unauthorized_client"}`},
		{"no scope sent, no custom scope", grant, oidcOnlyID, readerSecret, invalidScope},
		{"scope of another client", grant + "&scope=test-api/write", readerID, readerSecret, invalidScope},
		{"scope that does not exist", grant + "&scope=test-api/never", readerID, readerSecret, invalidScope},
		{"allowed and disallowed scope together", grant + "&scope=test-api/read+test-api/write", readerID, readerSecret, invalidScope},
		{"OIDC scope, though the client has it", grant + "&scope=openid", readerID, readerSecret, invalidScope},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := p.do(t, p.formRequest(t, c.form, c.id, c.secret))
			if got.status != http.StatusBadRequest || got.body != c.want {
				t.Errorf("got %d %s, want 400 %s", got.status, got.body, c.want)
			}
			checkTokenHeaders(t, got.header, "application/json;charset=UTF-8")
		})
	}
}

func TestWrongMethodOrContentTypeIs405WithoutBody(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	cases := []struct{ name, method, contentType string }{
		{"GET", http.MethodGet, "application/x-www-form-urlencoded"},
		{"PUT", http.MethodPut, "application/x-www-form-urlencoded"},
		{"DELETE", http.MethodDelete, "application/x-www-form-urlencoded"},
		{"no content type", http.MethodPost, ""},
		{"JSON", http.MethodPost, "application/json"},
		{"content type in quotes", http.MethodPost, `"application/x-www-form-urlencoded"`},
		{"multipart form", http.MethodPost, "multipart/form-data; boundary=x"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			request := p.request(t, c.method, "/oauth2/token", grant)
			request.Header.Set("Content-Type", c.contentType)
			request.SetBasicAuth(readerID, readerSecret)
			got := p.do(t, request)
			if got.status != http.StatusMethodNotAllowed || got.body != "" || got.header.Get("Content-Length") != "0" {
				t.Errorf("got %d %q with content-length %q, want 405 and an empty body", got.status, got.body, got.header.Get("Content-Length"))
			}
			checkTokenHeaders(t, got.header, "")
		})
	}
}

func TestContentTypeWithParameter(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	request := p.formRequest(t, grant, readerID, readerSecret)
	request.Header.Set("Content-Type", "Application/X-WWW-Form-Urlencoded; charset=UTF-8")
	if got := p.do(t, request); got.status != http.StatusOK {
		t.Errorf("got %d %s, want 200", got.status, got.body)
	}
}

// TestOpenCasesIssueNothing has requests whose exact answer on AWS is not known. Whatever it is,
// they get no token.
func TestOpenCasesIssueNothing(t *testing.T) {
	t.Parallel()
	p := startPool(t, addRefusedClients)
	valid := grant + "&client_id=" + readerID + "&client_secret=" + readerSecret
	cases := []struct {
		name, path, form, authorization string
	}{
		{"grant type authorization_code", "", "grant_type=authorization_code&code=x&client_id=" + readerID + "&client_secret=" + readerSecret, ""},
		{"grant type refresh_token, code client", "", "grant_type=refresh_token&refresh_token=x&client_id=" + codeFlowID + "&client_secret=" + readerSecret, ""},
		{"no client at all", "", grant, ""},
		{"grant type twice", "", valid + "&" + grant, ""},
		{"client secret twice", "", valid + "&client_secret=" + readerSecret, ""},
		{"body too long", "", valid + "&padding=" + strings.Repeat("x", 200<<10), ""},
		{"broken escape", "", valid + "&scope=%zz", ""},
		{"scope is not UTF-8", "", valid + "&scope=%ff", ""},
		{"credentials in the query string only", "?client_id=" + readerID + "&client_secret=" + readerSecret, grant, ""},
		{"everything in the query string", "?" + valid, "", ""},
		{"Basic is not base64", "", grant, "Basic !!!"},
		{"Basic without a colon", "", grant, "Basic cmVhZGVy"},
		{"Basic with a broken escape", "", grant, "Basic JTp4"},
		{"another scheme beside valid credentials", "", valid, "Bearer x"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			request := p.request(t, http.MethodPost, "/oauth2/token"+c.path, c.form)
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if c.authorization != "" {
				request.Header.Set("Authorization", c.authorization)
			}
			checkRefused(t, p.do(t, request))
		})
	}
}

// checkRefused holds that a response is a refusal, of whatever form.
func checkRefused(t *testing.T, got response) {
	t.Helper()
	if got.status < 400 || got.status >= 500 || strings.Contains(got.body, "access_token") {
		t.Errorf("got %d %s, want a refusal", got.status, got.body)
	}
}

func TestClientMetadataIsAccepted(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	form := grant + "&aws_client_metadata=" + url.QueryEscape(`{"tenant":"a/b"}`)
	if got := p.do(t, p.formRequest(t, form, readerID, readerSecret)); got.status != http.StatusOK {
		t.Errorf("got %d %s, want 200", got.status, got.body)
	}
}

func TestConcurrentRequestsGetDistinctTokens(t *testing.T) {
	t.Parallel()
	p := startPool(t, func(c *cognito.Config) { c.Now = time.Now })
	var bodies sync.Map
	var group sync.WaitGroup
	for range 32 {
		request := p.formRequest(t, grant, readerID, readerSecret)
		group.Go(func() {
			got, err := p.send(request)
			if err != nil || got.status != http.StatusOK {
				t.Errorf("got %d and error %v, want 200", got.status, err)
			}
			if _, twice := bodies.LoadOrStore(got.body, true); twice {
				t.Error("got a token that was issued before")
			}
		})
	}
	group.Wait()
}
