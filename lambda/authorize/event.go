package main

import (
	"encoding/json"
	"slices"
	"strings"

	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/jwtauth"
)

// event is what this function reads of a REQUEST authorizer's event. The request itself is not
// looked at: API Gateway has found the route and taken the token out.
type event struct {
	Version        string   `json:"version"`
	Type           string   `json:"type"`
	IdentitySource []string `json:"identitySource"`
	RouteKey       string   `json:"routeKey"`
	RequestContext struct {
		RequestID string `json:"requestId"`
	} `json:"requestContext"`
}

func decode(payload []byte) (event, error) {
	var e event
	if json.Unmarshal(payload, &e) != nil || e.Version != "2.0" || e.Type != "REQUEST" || e.RouteKey == "" {
		return e, errEvent
	}
	return e, nil
}

// token is the one identity source that is not the route.
//
// Parity: Function authorizer: the route among the identity sources
func (e event) token() (string, error) {
	values := slices.DeleteFunc(slices.Clone(e.IdentitySource), func(value string) bool { return value == e.RouteKey })
	if len(values) != 1 {
		return "", errIdentity
	}
	return httpapi.Token(values[0]), nil
}

// passedOn are the claims that the function behind the API gets, beside scope. Package caller reads
// them.
var passedOn = []string{"client_id", "sub", "iss", "jti", "token_use", "exp", "iat", "auth_time", "version"}

// contextOf is what the function behind the API gets, each claim as a text. What the token does not
// have is left out.
func contextOf(claims jwtauth.Claims) map[string]any {
	context := map[string]any{}
	for _, name := range passedOn {
		if text := claims.Text(name); text != "" {
			context[name] = text
		}
	}
	if scopes := claims.Scopes(); len(scopes) > 0 {
		context["scope"] = strings.Join(scopes, " ")
	}
	return context
}
