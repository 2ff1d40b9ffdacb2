package gateway

import (
	"net/http"
	"strings"

	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/jwtauth"
)

type authorizer struct {
	source   httpapi.IdentitySource
	verifier *jwtauth.Verifier
}

// Parity: JWT authorizer: discovery check at creation
func compileAuthorizers(cfg Config, found *problems) map[string]*authorizer {
	compiled := make(map[string]*authorizer, len(cfg.Authorizers))
	caches := map[string]*jwtauth.KeyCache{} // authorizers of one issuer share its keys
	for _, a := range cfg.Authorizers {
		if compiled[a.ID] != nil {
			found.add("authorizer %q: there are two authorizers of the id %q", a.Name, a.ID)
		}
		source, err := httpapi.ParseIdentitySource(a.IdentitySource)
		if err != nil {
			found.add("authorizer %q: %w", a.Name, err)
		}
		if cfg.OIDC(a.Issuer) == "" {
			found.add("authorizer %q: no discovery document of issuer %q is served here: it must be the issuer of a user pool of this run", a.Name, a.Issuer)
		}
		if caches[a.Issuer] == nil {
			caches[a.Issuer] = jwtauth.NewKeyCache(a.Issuer, cfg.OIDC(a.Issuer), cfg.HTTPClient, cfg.clock())
		}
		compiled[a.ID] = &authorizer{
			source:   source,
			verifier: jwtauth.NewVerifier(caches[a.Issuer], a.Audience),
		}
	}
	return compiled
}

// authorizerOf returns the authorizer of a route, nil for an open one.
//
// Parity: Authorization: AWS_IAM and Lambda authorizers
func authorizerOf(r Route, authorizers map[string]*authorizer, found *problems) *authorizer {
	switch r.AuthorizationType {
	case "", "NONE":
		if r.AuthorizerID != "" || len(r.AuthorizationScopes) > 0 {
			found.add("route %q: it has an authorizer or scopes but authorization type NONE, which ignores them: use JWT", r.Key)
		}
		return nil
	case "JWT":
		if authorizers[r.AuthorizerID] == nil {
			found.add("route %q: there is no authorizer %q", r.Key, r.AuthorizerID)
		}
		return authorizers[r.AuthorizerID]
	default:
		found.add("route %q: authorization type %q is not simulated: use JWT or NONE", r.Key, r.AuthorizationType)
		return nil
	}
}

// verify returns the claims of a request's token, if the token is valid now.
//
// Source: API Gateway developer guide, "Control access to HTTP APIs with JWT authorizers".
func (a *authorizer) verify(r *http.Request) (jwtauth.Claims, *refusal) {
	raw := tokenAt(a.source, r)
	if raw == "" {
		return nil, missingToken()
	}
	claims, err := a.verifier.Verify(raw)
	if err != nil {
		denied := invalidToken(err)
		denied.cause = jwtauth.FetchFailure(err)
		return nil, denied
	}
	return claims, nil
}

// tokenAt returns the token of a request, "" if there is none. Several values are joined as in the
// event, which makes no valid token of them: the gateway never picks one of two that the function
// might read the other way.
//
// Parity: JWT authorizer: several identity values
// Parity: JWT authorizer: lower-case bearer
func tokenAt(s httpapi.IdentitySource, r *http.Request) string {
	value := ""
	if s.Header != "" {
		value = strings.Join(r.Header.Values(s.Header), ",")
	} else {
		value = queryParameters(r.URL.RawQuery)[s.Query]
	}
	return strings.TrimPrefix(value, "Bearer ")
}
