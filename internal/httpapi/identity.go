package httpapi

import (
	"errors"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// IdentitySource says where a request carries its token: in a header or in a query parameter. The
// other is empty.
type IdentitySource struct{ Header, Query string }

// ErrIdentitySource is why a list of expressions is not the identity source of a JWT authorizer.
var ErrIdentitySource = errors.New(`the identity source must be one "$request.header.<name>" or "$request.querystring.<name>"`)

// ParseIdentitySource reads the IdentitySource of a JWT authorizer. Its error is ErrIdentitySource.
func ParseIdentitySource(expressions []string) (IdentitySource, error) {
	if len(expressions) != 1 {
		return IdentitySource{}, ErrIdentitySource
	}
	if header, ok := strings.CutPrefix(expressions[0], "$request.header."); ok && httpguts.ValidHeaderFieldName(header) {
		return IdentitySource{Header: header}, nil
	}
	if query, ok := strings.CutPrefix(expressions[0], "$request.querystring."); ok && query != "" {
		return IdentitySource{Query: query}, nil
	}
	return IdentitySource{}, ErrIdentitySource
}
