package caller

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// Caller is a client whose token the API's authorizer has accepted.
type Caller struct {
	// ClientID is the id of the client's app client in the user pool. It is never empty.
	ClientID string
	// Scopes are those of the token, "orders/write", also where the route requires none of them.
	Scopes []string
	// Claims are the token's claims as texts, numbers in plain decimal: "exp" is "1787996002".
	// Behind lambda/authorize they are client_id, scope, sub, iss, jti, token_use, exp, iat,
	// auth_time and version.
	Claims map[string]string
}

// ErrNone says that the route has no authorizer: the request can be anyone's.
var ErrNone = errors.New("no caller: the route is open")

// HasScope says whether the token has a scope, as it is written in the environment file:
// "orders/write".
func (c Caller) HasScope(scope string) bool { return slices.Contains(c.Scopes, scope) }

// Of returns who sent a request. The error is [ErrNone] on an open route. Any other error says what
// about the event is not as it must be, without repeating a text of it.
func Of(event events.APIGatewayV2HTTPRequest) (Caller, error) {
	if event.Version != "2.0" || event.RouteKey == "" {
		return Caller{}, errors.New("finding the caller: the event is not one of an HTTP API in payload format 2.0")
	}
	by := event.RequestContext.Authorizer
	switch {
	case by == nil:
		return Caller{}, ErrNone
	case by.JWT != nil && by.Lambda == nil:
		return of(maps.Clone(by.JWT.Claims), by.JWT.Scopes)
	case by.Lambda != nil && by.JWT == nil:
		return of(texts(by.Lambda), nil)
	default:
		return Caller{}, errors.New("finding the caller: the event has neither the claims of a JWT authorizer nor the context of a function authorizer")
	}
}

// OfJSON is [Of] for an event as it came, for handlers that take it as json.RawMessage.
func OfJSON(event []byte) (Caller, error) {
	var decoded events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(event, &decoded); err != nil {
		return Caller{}, fmt.Errorf("finding the caller: decoding the event: %w", err)
	}
	return Of(decoded)
}

// of is the caller of these claims. A JWT authorizer lists the scopes where the route requires one;
// elsewhere they are in the claim alone, which only spaces separate (RFC 6749 section 3.3).
func of(claims map[string]string, scopes []string) (Caller, error) {
	id := claims["client_id"]
	if id == "" {
		return Caller{}, errors.New("finding the caller: the authorizer names no client_id")
	}
	if scopes == nil {
		scopes = strings.FieldsFunc(claims["scope"], func(r rune) bool { return r == ' ' })
	}
	return Caller{ClientID: id, Scopes: slices.Clone(scopes), Claims: claims}, nil
}

// texts leaves out what is not a text, which lambda/authorize never writes.
func texts(context map[string]any) map[string]string {
	claims := make(map[string]string, len(context))
	for name, value := range context {
		if text, ok := value.(string); ok {
			claims[name] = text
		}
	}
	return claims
}
