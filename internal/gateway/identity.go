package gateway

import (
	"net/http"
	"strings"

	"cognito-m2m/internal/httpapi"
)

// tokenAt returns the token of a request, "" if there is none. Several values are joined as in the event, which makes
// no valid token of them: the gateway never picks one of two that the function might read the other way.
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
