package httpapi

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// IdentitySource says where a request carries an identity: its token, or another value that tells
// callers apart. One of the fields is set.
type IdentitySource struct {
	Header, Query string
	// Context is the name of a variable after "$context.", and StageVariable that of a variable of
	// the stage. Only Lambda authorizers have them.
	Context, StageVariable string
}

// ErrIdentitySource is why a list of expressions is not the identity source of a JWT authorizer.
var ErrIdentitySource = errors.New(`the identity source must be one "$request.header.<name>" or "$request.querystring.<name>"`)

// ParseIdentitySource reads the IdentitySource of a JWT authorizer. Its error is ErrIdentitySource.
func ParseIdentitySource(expressions []string) (IdentitySource, error) {
	if len(expressions) != 1 {
		return IdentitySource{}, ErrIdentitySource
	}
	source, ok := identitySource(expressions[0])
	if !ok || source.Header+source.Query == "" {
		return IdentitySource{}, ErrIdentitySource
	}
	return source, nil
}

// ParseIdentitySources reads the IdentitySource of a Lambda authorizer, which may have none. The
// error is about the first expression that is not a source.
//
// Source: API Gateway developer guide, "Working with AWS Lambda authorizers for HTTP APIs".
func ParseIdentitySources(expressions []string) ([]IdentitySource, error) {
	sources := make([]IdentitySource, len(expressions))
	for i, expression := range expressions {
		var ok bool
		if sources[i], ok = identitySource(expression); !ok {
			return nil, fmt.Errorf("invalid identity source expression: %s: it must be $request.header.<name>, "+
				"$request.querystring.<name>, $context.<variable> or $stageVariables.<name>", expression)
		}
	}
	return sources, nil
}

func identitySource(expression string) (IdentitySource, bool) {
	if header, ok := strings.CutPrefix(expression, "$request.header."); ok {
		return IdentitySource{Header: header}, httpguts.ValidHeaderFieldName(header)
	}
	if query, ok := strings.CutPrefix(expression, "$request.querystring."); ok {
		return IdentitySource{Query: query}, query != ""
	}
	if variable, ok := strings.CutPrefix(expression, "$context."); ok {
		return IdentitySource{Context: variable}, isLogVariable(variable)
	}
	variable, ok := strings.CutPrefix(expression, "$stageVariables.")
	return IdentitySource{StageVariable: variable}, ok && variable != ""
}

// Token returns the token that the value of an identity source holds: what follows "Bearer ", or
// else the whole value.
//
// Parity: JWT authorizer: lower-case bearer
func Token(identity string) string { return strings.TrimPrefix(identity, "Bearer ") }
