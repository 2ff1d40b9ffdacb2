package gateway

import (
	"fmt"
	"strings"

	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/lambdapolicy"
	"cognito-m2m/internal/partition"
)

// permittedRoutes works out which routes may invoke their function in one stage: it does not depend
// on the request.
func permittedRoutes(cfg Config, stageName string, routes []*route) map[*route]bool {
	permitted := make(map[*route]bool, len(routes))
	for _, r := range routes {
		if r.integration == nil {
			continue
		}
		source := lambdapolicy.Source{
			Principal: lambdapolicy.APIGateway, ARN: sourceARN(cfg.API, stageName, r), Account: cfg.API.AccountID,
		}
		for _, p := range cfg.Permissions {
			if p.FunctionARN == r.integration.functionARN && p.Allows(source) {
				permitted[r] = true
			}
		}
	}
	return permitted
}

// missingPermission is for the operator's log: that the function's policy does not name the route
// is a mistake in the template, not the caller's.
func missingPermission(api API, stageName string, r *route) error {
	return fmt.Errorf("no permission to invoke %s: add an AWS::Lambda::Permission for %s whose SourceArn matches %s",
		r.integration.functionARN, lambdapolicy.APIGateway, sourceARN(api, stageName, r))
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
	return fmt.Sprintf("arn:%s:execute-api:%s:%s:%s/%s/%s", partition.Of(api.Region), api.Region, api.AccountID, api.ID, stageName, resource)
}
