package gateway

import (
	"strings"

	"cognito-m2m/internal/httpapi"
)

// permittedRoutes works out which routes may invoke their function in one stage: it does not depend
// on the request.
func permittedRoutes(cfg Config, stageName string, routes []*route) map[*route]bool {
	permitted := make(map[*route]bool, len(routes))
	for _, r := range routes {
		if r.integration != nil && cfg.permits(r.integration.functionARN, sourceARN(cfg.API, stageName, r)) {
			permitted[r] = true
		}
	}
	return permitted
}

// sourceARN is how a route names itself to Lambda: by its route key, with the path's variables as
// written there.
//
// Parity: Permission: source ARN of ANY and variable paths
func sourceARN(api API, stageName string, r *route) string {
	resource := httpapi.DefaultRoute
	if method, path, ok := strings.Cut(r.key, " "); ok {
		resource = method + path
	}
	return api.arn(stageName + "/" + resource)
}
