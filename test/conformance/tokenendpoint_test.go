package conformance

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// basic authenticates an app client by the Authorization header.
func (r request) basic(id, secret string) request {
	built := http.Request{Header: http.Header{}}
	built.SetBasicAuth(id, secret)
	return r.authorizedBy(literally(built.Header.Get("Authorization")))
}

// grant asks for a token without naming scopes.
func (p *plan) grant() request {
	return p.form("grant_type", "client_credentials").basic(p.insider.ID, p.insider.Secret)
}

// grantByPost authenticates in the body.
func (p *plan) grantByPost(secret string, more ...string) request {
	return p.form(slices.Concat([]string{
		"grant_type", "client_credentials", "client_id", p.insider.ID, "client_secret", secret,
	}, more)...)
}

// tokenEndpointRows are sections 1.1 and 1.2: who gets a token, and in what form.
func tokenEndpointRows(p *plan) behaviours {
	const endpoint = "token endpoint: "
	granted := strings.Join(slices.Sorted(slices.Values(p.insider.Scopes)), " ")
	asked := ""
	if len(p.insider.Scopes) > 0 {
		asked = p.insider.Scopes[0]
	}
	return slices.Concat(
		about(send(p.grant()),
			row(endpoint+"Basic authentication", "1.1 [D]", status, exactly("200")),
			row(endpoint+"members of the body", "1.2 [D]", memberNames(), exactly("access_token expires_in token_type")),
			row(endpoint+"expires_in is an integer", "1.2 [D]", member("expires_in"), matches("digits", `\d+`)),
			row(endpoint+"token_type", "1.2 [D]", member("token_type"), exactly(`"Bearer"`)),
			row(endpoint+"no scope: all of the client's", "1.1 [D]", grantedScopes, exactly(granted)),
			row(endpoint+"content type", "1.2 [D]", header("Content-Type"), exactly("application/json;charset=UTF-8")),
			row(endpoint+"request id", "1.2 [D]", header("X-Amz-Cognito-Request-Id"), matches("a UUID", uuid)),
			row(endpoint+"any origin", "1.1 [D]", header("Access-Control-Allow-Origin"), exactly("*")),
			row(endpoint+"Cache-Control", "1.2 [O]", header("Cache-Control"), exactly("no-cache, no-store, max-age=0, must-revalidate")),
			row(endpoint+"Pragma", "1.2 [O]", header("Pragma"), exactly("no-cache")),
			row(endpoint+"Expires", "1.2 [O]", header("Expires"), exactly("0")),
			row(endpoint+"X-Content-Type-Options", "1.2 [O]", header("X-Content-Type-Options"), exactly("nosniff")),
			row(endpoint+"X-Frame-Options", "1.2 [O]", header("X-Frame-Options"), exactly("DENY")),
			row(endpoint+"X-XSS-Protection", "1.2 [O]", header("X-XSS-Protection"), exactly("1; mode=block")),
			row(endpoint+"Strict-Transport-Security", "1.2 [O]", header("Strict-Transport-Security"), startsWith("max-age=31536000")),
		),
		about(send(p.grantByPost(p.insider.Secret, "scope", asked)),
			row(endpoint+"secret in the body", "1.1 [D]", status, exactly("200")),
			row(endpoint+"the scope asked for", "1.1 [D]", grantedScopes, exactly(asked)),
		),
		about(published(p.outsider),
			row(endpoint+"golang.org/x/oauth2", "1.1 [D]", memberNames(), exactly("access_token expires_in token_type")),
			row(endpoint+"aws_client_metadata", "1.1 [D]", status, exactly("200")),
		).needing(p.noOutsider),
		about(send(p.grantByPost(p.insider.Secret, "scope", p.foreignScope)),
			row(endpoint+"another client's scope", "1.3 [D] conflict, [I]", scopesOrRefusal, without(p.foreignScope)),
		).needing(p.noForeignScope),
		about(send(p.grantByPost(p.insider.Secret, "scope", "openid")),
			row(endpoint+"OIDC scope", "1.3 [D]", scopesOrRefusal, without("openid")),
		),
	)
}

// grantedScopes are the token's, in alphabetical order; a token without scopes reads as empty.
func grantedScopes(a answer) string {
	found, problem := claims(a)
	if problem != "" {
		return problem
	}
	if _, ok := found["scope"]; !ok {
		return ""
	}
	var scope string
	if err := json.Unmarshal(found["scope"], &scope); err != nil {
		return "no string: " + found.text("scope")
	}
	return strings.Join(slices.Sorted(strings.FieldsSeq(scope)), " ")
}

// scopesOrRefusal is for a request that may be refused or granted in part.
func scopesOrRefusal(a answer) string {
	if accessToken(a) == "" {
		return status(a) + ", no token"
	}
	return status(a) + ", scopes " + grantedScopes(a)
}

func without(scope string) expectation {
	return expectation{
		says: "no token with " + scope,
		holds: func(got string) bool {
			if scopes, ok := strings.CutPrefix(got, "200, scopes "); ok {
				return !strings.HasPrefix(scopes, "no ") && !slices.Contains(strings.Fields(scopes), scope)
			}
			return strings.HasPrefix(got, "4") && strings.HasSuffix(got, ", no token")
		},
	}
}
