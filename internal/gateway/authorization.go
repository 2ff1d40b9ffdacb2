package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/jwtauth"
	"cognito-m2m/internal/lambdaauth"
)

// authorize lets a request pass if the route's authorizer does. A route without one is open.
func (x *exchange) authorize() *refusal {
	switch a := x.route.authorizer; {
	case a == nil:
		return nil
	case a.unfit != nil:
		return authorizerFailed(a.unfit, authorizerMisconfigured)
	case a.function != nil:
		return x.authorizeByFunction(a.function)
	default:
		return x.authorizeByToken(a.token)
	}
}

// authorizeByToken lets a request pass if its token is valid now and has one of the route's scopes.
//
// Source: API Gateway developer guide, "Control access to HTTP APIs with JWT authorizers".
func (x *exchange) authorizeByToken(a *tokenAuthorizer) *refusal {
	raw := httpapi.Token(x.identity(a.source))
	if raw == "" {
		return missingToken()
	}
	claims, err := a.verifier.Verify(raw)
	if err != nil {
		denied := invalidToken(err)
		denied.cause = jwtauth.FetchFailure(err)
		return denied
	}
	x.claims = claims
	if !httpapi.Opens(claims.Scopes(), x.route.scopes) {
		return x.route.outOfScope
	}
	return nil
}

// authorizeByFunction lets a request pass if the function's answer does: the one that is
// remembered for these values of the identity sources, or else a new one.
//
// Source: API Gateway developer guide, "Working with AWS Lambda authorizers for HTTP APIs".
func (x *exchange) authorizeByFunction(a *functionAuthorizer) *refusal {
	identity := make([]string, len(a.sources))
	for i, source := range a.sources {
		if identity[i] = x.identity(source); identity[i] == "" {
			return missingIdentity()
		}
	}
	key := lambdaauth.KeyOf(x.stage.name, identity)
	if x.answer = a.memory.Recall(key); x.answer == nil {
		if refused := x.ask(a, identity); refused != nil {
			return refused
		}
		a.memory.Remember(key, x.answer)
	}
	if !x.answer.Allows(lambdaauth.Request{
		RouteARN: x.routeARN(), AccountID: x.api.AccountID,
		SourceIP: x.sourceIP, UserAgent: x.request.UserAgent(), Time: x.received,
	}) {
		return deniedByFunction()
	}
	return nil
}

// ask calls the authorizer's function and reads its answer. Requests that come while it is asked
// for the same values ask for themselves.
//
// Parity: Lambda authorizer: requests at the same time
func (x *exchange) ask(a *functionAuthorizer, identity []string) *refusal {
	if a.forbidden != nil {
		return authorizerMayNotInvoke(a.forbidden)
	}
	event := x.encodeAuthorizerEvent(a.declared.PayloadFormatVersion, identity)
	switch answered := a.call(x.request.Context(), event); {
	case errors.Is(answered.err, errIntegrationTimeout):
		return authorizerFailed(fmt.Errorf("the authorizer's function did not answer in %s", a.timeout), authorizerUnavailable)
	case answered.err != nil:
		return authorizerFailed(fmt.Errorf("the authorizer's function failed: %w", answered.err), authorizerUnavailable)
	default:
		answer, err := lambdaauth.Parse(answered.response, a.declared.SimpleResponses)
		if err != nil {
			return authorizerFailed(err, authorizerMisconfigured)
		}
		x.answer = answer
		return nil
	}
}

// identity is what a request has at an identity source, "" if it has nothing there. Several values
// are joined as in the event: they make no valid token, and the gateway never picks one of two that
// a function might read the other way.
//
// Parity: JWT authorizer: several identity values
// Parity: Lambda authorizer: identity sources
func (x *exchange) identity(source httpapi.IdentitySource) string {
	switch {
	case http.CanonicalHeaderKey(source.Header) == "Host":
		return x.request.Host
	case source.Header != "":
		return strings.Join(x.request.Header.Values(source.Header), ",")
	case source.Query != "":
		return queryParameters(x.request.URL.RawQuery)[source.Query]
	case source.StageVariable != "":
		return x.stage.variables[source.StageVariable]
	case requestVariables[source.Context] != nil:
		return requestVariables[source.Context](x)
	default: // a variable that has no value before the request is answered
		return ""
	}
}
