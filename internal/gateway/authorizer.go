package gateway

import (
	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/jwtauth"
)

// Authorizer is an AWS::ApiGatewayV2::Authorizer of type JWT.
type Authorizer struct {
	ID   string
	Name string
	// IdentitySource is exactly one "$request.header.<name>" or "$request.querystring.<name>".
	IdentitySource []string
	// Issuer is compared with a token's iss as it stands, and must be known to Config.OIDC.
	Issuer string
	// Audience holds the values for a token's aud or, without aud, client_id.
	Audience []string
}

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

// authorize lets a request pass if its token is valid now and has one of the route's scopes.
//
// Source: API Gateway developer guide, "Control access to HTTP APIs with JWT authorizers".
func (g *Gateway) authorize(x *exchange) *refusal {
	a := x.route.authorizer
	if a == nil {
		return nil
	}
	raw := tokenAt(a.source, x.request)
	if raw == "" {
		return missingToken()
	}
	verified, err := a.verifier.Verify(raw)
	if err != nil {
		denied := invalidToken(err)
		denied.cause = jwtauth.FetchFailure(err)
		return denied
	}
	x.claims = verified
	if !httpapi.Opens(verified.Scopes(), x.route.scopes) {
		return insufficientScope(x.route.scopes)
	}
	return nil
}
