package gateway

import (
	"slices"
	"strings"

	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/jwtauth"
)

// Authorizer is an AWS::ApiGatewayV2::Authorizer of type JWT.
type Authorizer struct {
	ID   string
	Name string
	// Type must be JWT. New refuses REQUEST, the Lambda authorizer: it is not simulated.
	Type string
	// IdentitySource is exactly one "$request.header.<name>" or "$request.querystring.<name>".
	IdentitySource []string
	// Issuer is compared with a token's iss as it stands, and must be known to Config.OIDC.
	Issuer string
	// Audience holds up to 50 values for a token's aud or, without aud, client_id.
	Audience []string
}

type authorizer struct {
	source   httpapi.IdentitySource
	verifier *jwtauth.Verifier
}

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
		a.validate(cfg, found)
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

// Parity: JWT authorizer: discovery check at creation
func (a Authorizer) validate(cfg Config, found *problems) {
	if a.Type != "JWT" {
		found.add("authorizer %q: type %q is not simulated: use JWT", a.Name, a.Type)
		return
	}
	if len(a.Audience) == 0 || len(a.Audience) > httpapi.MaxAudiences || slices.Contains(a.Audience, "") {
		found.add("authorizer %q: it needs 1 to %d audiences, none of them empty, and has %d", a.Name, httpapi.MaxAudiences, len(a.Audience))
	}
	if !strings.HasPrefix(a.Issuer, "https://") {
		found.add("authorizer %q: issuer %q is not an https URL", a.Name, a.Issuer)
	} else if cfg.OIDC(a.Issuer) == "" {
		found.add("authorizer %q: no discovery document of issuer %q is served here: it must be the issuer of a user pool of this run", a.Name, a.Issuer)
	}
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
		checkScopes(r, found)
		if authorizers[r.AuthorizerID] == nil {
			found.add("route %q: there is no authorizer %q", r.Key, r.AuthorizerID)
		}
		return authorizers[r.AuthorizerID]
	default:
		found.add("route %q: authorization type %q is not simulated: use JWT or NONE", r.Key, r.AuthorizationType)
		return nil
	}
}

func checkScopes(r Route, found *problems) {
	if len(r.AuthorizationScopes) > httpapi.MaxScopes {
		found.add("route %q: %d scopes are more than %d", r.Key, len(r.AuthorizationScopes), httpapi.MaxScopes)
	}
	for _, scope := range r.AuthorizationScopes {
		if !httpapi.IsScope(scope) {
			found.add("route %q: scope %q has characters that no scope can have", r.Key, scope)
		}
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
