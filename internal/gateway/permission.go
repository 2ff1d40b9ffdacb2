package gateway

import (
	"fmt"
	"strings"

	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/lambdapolicy"
)

// Permission is an AWS::Lambda::Permission, one statement of a function's resource policy.
type Permission struct {
	// FunctionARN is the function the statement belongs to.
	FunctionARN string
	// Principal and Action must be apigateway.amazonaws.com and lambda:InvokeFunction to be of use here.
	Principal string
	Action    string
	// SourceARN limits the statement to routes whose ARN it matches, with * and ? as wildcards; "" does not limit it.
	SourceARN string
	// SourceAccount limits the statement to an API of that account; "" does not limit it.
	SourceAccount string
}

// checkInvokePermission refuses as AWS does, with a 500 that says nothing: the function's policy does not name the
// route, which is a mistake in the template and not the caller's.
func (g *Gateway) checkInvokePermission(x *exchange) *refusal {
	if x.stage.permitted[x.route] {
		return nil
	}
	x.invocation.err = fmt.Errorf("no permission to invoke %s: add an AWS::Lambda::Permission for %s whose SourceArn matches %s",
		x.route.integration.functionARN, apiGatewayPrincipal, sourceARN(g.api, x.stage.name, x.route))
	return internalServerError(x.invocation.err)
}

const apiGatewayPrincipal = "apigateway.amazonaws.com"

// permittedRoutes works out which routes may invoke their function in one stage: it does not depend on the request.
func permittedRoutes(cfg Config, stageName string, routes []*route) map[*route]bool {
	permitted := make(map[*route]bool, len(routes))
	for _, r := range routes {
		if r.integration == nil {
			continue
		}
		source := sourceARN(cfg.API, stageName, r)
		for _, p := range cfg.Permissions {
			if p.FunctionARN == r.integration.functionARN && p.allows(source, cfg.API.AccountID) {
				permitted[r] = true
			}
		}
	}
	return permitted
}

func (p Permission) allows(source, account string) bool {
	statement := lambdapolicy.Statement{
		Principal: p.Principal, Action: p.Action, SourceARN: p.SourceARN, SourceAccount: p.SourceAccount,
	}
	return statement.Allows(lambdapolicy.Source{Principal: apiGatewayPrincipal, ARN: source, Account: account})
}

// sourceARN is how a route names itself to Lambda: by its route key, with the path's variables as written there.
//
// Parity: Permission: source ARN of ANY and variable paths
func sourceARN(api API, stageName string, r *route) string {
	resource := httpapi.DefaultRoute
	if method, path, ok := strings.Cut(r.key, " "); ok {
		resource = method + path
	}
	return fmt.Sprintf("arn:aws:execute-api:%s:%s:%s/%s/%s", api.Region, api.AccountID, api.ID, stageName, resource)
}
