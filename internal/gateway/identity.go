package gateway

import (
	"errors"
	"net/http"
	"strings"
)

// identitySource says where a request carries its token.
type identitySource struct {
	header string
	query  string
}

var errIdentitySource = errors.New(`the identity source must be one "$request.header.<name>" or "$request.querystring.<name>"`)

func parseIdentitySource(expressions []string) (identitySource, error) {
	if len(expressions) != 1 {
		return identitySource{}, errIdentitySource
	}
	if header, ok := strings.CutPrefix(expressions[0], "$request.header."); ok && isHeaderName(header) {
		return identitySource{header: header}, nil
	}
	if query, ok := strings.CutPrefix(expressions[0], "$request.querystring."); ok && query != "" {
		return identitySource{query: query}, nil
	}
	return identitySource{}, errIdentitySource
}

// read returns the token of a request, "" if there is none. Several values are joined as in the event, which makes
// no valid token of them: the gateway never picks one of two that the function might read the other way.
//
// Parity: JWT authorizer: several identity values
// Parity: JWT authorizer: lower-case bearer
func (s identitySource) read(r *http.Request) string {
	value := ""
	if s.header != "" {
		value = strings.Join(r.Header.Values(s.header), ",")
	} else {
		value = queryParameters(r.URL.RawQuery)[s.query]
	}
	return strings.TrimPrefix(value, "Bearer ")
}
