package conformance

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"cognito-m2m/internal/jwtauth/jwtauthtest"
)

// wrongTarget answers every request with one status, and with a body that is a token, a discovery
// document, a JWK set and an event in one, everything in it wrong. It lacks nothing that a row
// needs.
func wrongTarget(t *testing.T, status int, authorization string) target {
	t.Helper()
	var body string
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header()["Www-Authenticate"] = []string{`Bearer realm="wrong"`}
		w.Header().Set("Cache-Control", "public")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
	domain, issuer := httptest.NewServer(handler), httptest.NewServer(handler)
	t.Cleanup(domain.Close)
	t.Cleanup(issuer.Close)
	wrong := target{
		APIURL: issuer.URL, TokenEndpoint: domain.URL + "/oauth2/token",
		Issuer:  "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_right",
		JWKSURI: issuer.URL + "/eu-west-1_right/.well-known/jwks.json", UserPoolID: "eu-west-1_right",
		Clients: map[string]appClient{
			"insider":  {ID: "insider", Secret: "insider's secret", Scopes: []string{"api/read"}},
			"outsider": {ID: "outsider", Secret: "outsider's secret", Scopes: []string{"api/write"}},
		},
	}
	for key, scopes := range map[string][]string{"ANY /open": nil, "GET /scoped": {"api/read"}} {
		wrong.Routes = append(wrong.Routes, describedRoute{key, authorization, scopes})
	}
	wrong.attacks = jwtauthtest.Attacks(t, issuer.URL)
	wrong.valid = jwtauthtest.Sign(t, jwtauthtest.ValidClaims())
	body = wrongBody(t)
	return wrong
}

// wrongBody has a token whose kid is published with another key.
func wrongBody(t *testing.T) string {
	t.Helper()
	const kid = "wrong"
	wrongToken := signedBy(t, newKey(t), kid, `{"sub":"x","client_id":"y","token_use":"id","scope":"openid  api/read api/write",
		"iss":"https://example.com/wrong","iat":"1","auth_time":"1","exp":1.5,"version":"2","jti":"1","aud":"a","username":"u"}`)
	published, err := jose.JSONWebKey{Key: newKey(t).Public(), KeyID: kid}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer("TOKEN", wrongToken, "KEY", string(published)).Replace(`{
		"access_token": "TOKEN", "expires_in": "3600", "token_type": "bearer", "refresh_token": "r",
		"issuer": "https://example.com", "jwks_uri": 1, "token_endpoint": 1, "authorization_endpoint": 1, "userinfo_endpoint": 1,
		"id_token_signing_alg_values_supported": ["none"], "response_types_supported": [], "scopes_supported": [],
		"subject_types_supported": [], "token_endpoint_auth_methods_supported": [],
		"keys": [KEY],
		"version": "1.0", "routeKey": "", "rawPath": "/wrong?", "rawQueryString": null, "cookies": null, "queryStringParameters": null,
		"pathParameters": null, "stageVariables": null, "body": null, "isBase64Encoded": true,
		"headers": {"Host": "wrong", "host": "wrong", "authorization": "wrong", "user-agent": "wrong", "x-amzn-trace-id": "wrong",
			"x-forwarded-for": "wrong", "x-forwarded-port": 443, "x-forwarded-proto": "http", "x-conformance": "one"},
		"requestContext": {"accountId": 123456789012, "apiId": "", "authentication": null, "domainName": "a.b", "domainPrefix": "b",
			"http": {"method": "wrong", "path": "/other", "protocol": "HTTP/2", "sourceIp": "wrong", "userAgent": "wrong"},
			"requestId": "", "routeKey": "wrong", "stage": "", "time": "2026-08-07T01:37:53Z", "timeEpoch": 1786066673,
			"authorizer": {"claims": {}, "jwt": {"claims": {"exp": 1, "scope": ["a"]}, "scopes": [], "x": 1}, "lambda": {"client_id": 1, "scope": ["a"]}}}
	}`)
}

func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func signedBy(t *testing.T, key *rsa.PrivateKey, kid, payload string) string {
	t.Helper()
	options := (&jose.SignerOptions{}).WithType("JWT")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS512, Key: jose.JSONWebKey{Key: key, KeyID: kid}}, options)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}
