package cognito

import (
	"encoding/json"
	"net/http"
	"strings"

	"cognito-m2m/internal/userpool"
)

// discoveryDocument returns the OpenID Connect discovery document, its members in alphabetical
// order. The issuer is AWS's, so that tokens verify as they would there, while the endpoints are
// where they can be reached; the authorize and userInfo endpoints are named, as on AWS, and not
// served.
//
// Parity: Discovery: endpoints on this machine
// Parity: Discovery: pool without a domain
func discoveryDocument(pool UserPool, baseURL string) ([]byte, error) {
	base := strings.TrimSuffix(baseURL, "/")
	members := map[string]any{
		"id_token_signing_alg_values_supported": []string{algorithm},
		"issuer":                                pool.Issuer,
		"jwks_uri":                              userpool.JWKSURL(base + "/" + pool.ID),
		"response_types_supported":              []string{"code", "token"},
		"scopes_supported":                      []string{"openid", "email", "phone", "profile"},
		"subject_types_supported":               []string{"public"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
	}
	if pool.hasDomain() {
		members["authorization_endpoint"] = base + "/oauth2/authorize"
		members["token_endpoint"] = base + userpool.TokenPath
		members["userinfo_endpoint"] = base + "/oauth2/userInfo"
	}
	return json.Marshal(members)
}

// serveDocument answers GET and HEAD with a document made beforehand.
//
// Parity: Discovery: headers and methods
func serveDocument(w http.ResponseWriter, r *http.Request, document []byte) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	writeBody(w, http.StatusOK, "application/json", document)
}

// serveNotFound answers every path that the pool does not have.
//
// Parity: Discovery: other paths
func serveNotFound(w http.ResponseWriter) {
	writeBody(w, http.StatusNotFound, "application/json", []byte(`{"message":"Not Found"}`))
}
