package cognito_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestServedJWKS(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	got := p.do(t, p.request(t, http.MethodGet, "/"+poolID+"/.well-known/jwks.json", ""))
	var set struct{ Keys []map[string]string }
	if err := json.Unmarshal([]byte(got.body), &set); err != nil {
		t.Fatal(err)
	}
	if len(set.Keys) != 2 {
		t.Fatalf("keys: got %d, want 2", len(set.Keys))
	}
	for _, key := range set.Keys {
		var members []string
		for member := range key {
			members = append(members, member)
		}
		slices.Sort(members)
		if diff := cmp.Diff([]string{"alg", "e", "kid", "kty", "n", "use"}, members); diff != "" {
			t.Errorf("members (-want +got):\n%s", diff)
		}
		if key["alg"] != "RS256" || key["e"] != "AQAB" || key["kty"] != "RSA" || key["use"] != "sig" {
			t.Errorf("got %v, want an RSA key for RS256 signatures", key)
		}
		kid, err := base64.StdEncoding.DecodeString(key["kid"])
		if err != nil || len(kid) != 32 {
			t.Errorf("kid %q: got %d bytes and error %v, want 32 bytes in base64", key["kid"], len(kid), err)
		}
	}
}

func TestServedDiscoveryDocument(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	got := p.do(t, p.request(t, http.MethodGet, "/"+poolID+"/.well-known/openid-configuration", ""))
	want := strings.NewReplacer("URL", p.url, "ISSUER", issuer, "POOL", poolID).Replace(`{` +
		`"authorization_endpoint":"URL/oauth2/authorize",` +
		`"id_token_signing_alg_values_supported":["RS256"],` +
		`"issuer":"ISSUER",` +
		`"jwks_uri":"URL/POOL/.well-known/jwks.json",` +
		`"response_types_supported":["code","token"],` +
		`"scopes_supported":["openid","email","phone","profile"],` +
		`"subject_types_supported":["public"],` +
		`"token_endpoint":"URL/oauth2/token",` +
		`"token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"],` +
		`"userinfo_endpoint":"URL/oauth2/userInfo"}`)
	if got.status != http.StatusOK || got.body != want {
		t.Errorf("got %d %s\nwant 200 %s", got.status, got.body, want)
	}
	if mediaType := got.header.Get("Content-Type"); mediaType != "application/json" {
		t.Errorf("content type: got %q, want application/json", mediaType)
	}
}

func TestDocumentsAnswerHead(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	for _, document := range []string{"jwks.json", "openid-configuration"} {
		got := p.do(t, p.request(t, http.MethodHead, "/"+poolID+"/.well-known/"+document, ""))
		if got.status != http.StatusOK || got.body != "" || got.header.Get("Content-Length") == "0" {
			t.Errorf("HEAD %s: got %d %q, want 200 without a body", document, got.status, got.body)
		}
	}
}
