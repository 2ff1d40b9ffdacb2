package gateway

import (
	"cmp"
	"fmt"

	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/jwtauth"
	"cognito-m2m/internal/lambdaauth"
)

// authorizer decides which requests pass: by a token or by a function. The others are nil.
type authorizer struct {
	token    *tokenAuthorizer
	function *functionAuthorizer
	// unfit is why none of its requests passes.
	unfit error
}

// sources are where a request has what the authorizer asks for.
func (a *authorizer) sources() []httpapi.IdentitySource {
	switch {
	case a.token != nil:
		return []httpapi.IdentitySource{a.token.source}
	case a.function != nil:
		return a.function.sources
	}
	return nil
}

type tokenAuthorizer struct {
	source   httpapi.IdentitySource
	verifier *jwtauth.Verifier
}

type functionAuthorizer struct {
	integration

	sources  []httpapi.IdentitySource
	declared AuthorizerFunction
	memory   *lambdaauth.Memory
	// forbidden is why the authorizer may not invoke the function; nil if it may.
	forbidden error
}

func compileAuthorizers(cfg Config, found *problems) map[string]*authorizer {
	compiled := make(map[string]*authorizer, len(cfg.Authorizers))
	caches := map[string]*jwtauth.KeyCache{} // authorizers of one issuer share its keys
	for _, a := range cfg.Authorizers {
		if compiled[a.ID] != nil {
			found.add("authorizer %q: there are two authorizers of the id %q", a.Name, a.ID)
		}
		compiled[a.ID] = &authorizer{}
		if a.Function != nil {
			compiled[a.ID].function = compileFunctionAuthorizer(cfg, a, found)
			continue
		}
		if caches[a.Issuer] == nil {
			caches[a.Issuer] = jwtauth.NewKeyCache(a.Issuer, cfg.OIDC(a.Issuer), cfg.HTTPClient, cfg.clock())
		}
		compiled[a.ID].token = compileTokenAuthorizer(cfg, a, caches[a.Issuer], found)
	}
	return compiled
}

// Parity: JWT authorizer: discovery check at creation
func compileTokenAuthorizer(cfg Config, a Authorizer, keys *jwtauth.KeyCache, found *problems) *tokenAuthorizer {
	source, err := httpapi.ParseIdentitySource(a.IdentitySource)
	if err != nil {
		found.add("authorizer %q: %w", a.Name, err)
	}
	if cfg.OIDC(a.Issuer) == "" {
		found.add("authorizer %q: no discovery document of issuer %q is served here: it must be the issuer of a user pool of this run", a.Name, a.Issuer)
	}
	return &tokenAuthorizer{source: source, verifier: jwtauth.NewVerifier(keys, a.Audience)}
}

// compileFunctionAuthorizer works out whether the authorizer may invoke its function. One that
// names a role needs no permission of the function's policy.
//
// Parity: Lambda authorizer: a role of its own
func compileFunctionAuthorizer(cfg Config, a Authorizer, found *problems) *functionAuthorizer {
	sources, err := httpapi.ParseIdentitySources(a.IdentitySource)
	if err != nil {
		found.add("authorizer %q: %w", a.Name, err)
	}
	declared := *a.Function
	if cfg.Functions[declared.ARN] == nil {
		found.add("authorizer %q: there is no function %q", a.Name, declared.ARN)
	}
	if version := declared.PayloadFormatVersion; version != "1.0" && version != "2.0" {
		found.add("authorizer %q: there is no payload format version %q: use 1.0 or 2.0", a.Name, version)
	}
	if declared.ResultTTL > 0 && len(sources) == 0 {
		found.add("authorizer %q: without an identity source no answer can be remembered: set the TTL to 0", a.Name)
	}
	compiled := &functionAuthorizer{
		integration: integration{declared.ARN, cfg.Functions[declared.ARN], httpapi.AuthorizerTimeout},
		sources:     sources,
		declared:    declared,
		memory:      lambdaauth.NewMemory(declared.ResultTTL, cfg.clock()),
	}
	if source := cfg.API.arn("authorizers/" + a.ID); !declared.HasRole && !cfg.permits(declared.ARN, source) {
		compiled.forbidden = missingPermission(declared.ARN, source)
	}
	return compiled
}

// authorizerOf returns the authorizer of a route, nil for an open one.
//
// Parity: Authorization: AWS_IAM
func authorizerOf(r Route, authorizers map[string]*authorizer, found *problems) *authorizer {
	if r.AuthorizationType != "JWT" && len(r.AuthorizationScopes) > 0 {
		found.add("route %q: it has scopes, which only authorization type JWT asks for, and has type %s", r.Key, cmp.Or(r.AuthorizationType, "NONE"))
	}
	asked := authorizers[r.AuthorizerID]
	switch r.AuthorizationType {
	case "", "NONE":
		if r.AuthorizerID != "" {
			found.add("route %q: it has an authorizer and authorization type NONE, which ignores it: use JWT or CUSTOM", r.Key)
		}
		return nil
	case "JWT", "CUSTOM":
		if asked == nil {
			found.add("route %q: there is no authorizer %q", r.Key, r.AuthorizerID)
			return nil
		}
		return asked.fitFor(r)
	default:
		found.add("route %q: authorization type %q is not simulated: use JWT, CUSTOM or NONE", r.Key, r.AuthorizationType)
		return nil
	}
}

// fitFor is the authorizer, or one that lets nothing in where it is not of the route's type: as
// between two steps of a deployment that changes both.
//
// Parity: Authorization: an authorizer of another type
func (a *authorizer) fitFor(r Route) *authorizer {
	if (a.function != nil) == (r.AuthorizationType == "CUSTOM") {
		return a
	}
	return &authorizer{unfit: fmt.Errorf("route %q has authorization type %s, and its authorizer %q is not of that type", r.Key, r.AuthorizationType, r.AuthorizerID)}
}
