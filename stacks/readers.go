package stacks

import (
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// accountsOf are the accounts of roles, each once. A policy admits a reader by its account and,
// with onlyRoles, by the condition that it is that role. It does not name the role as its
// principal, because AWS refuses a policy with a role that does not exist, and replaces the name of
// a deleted one by an id without a meaning.
func accountsOf(roles []string) *[]awsiam.IPrincipal {
	var accounts []string
	for _, role := range roles {
		parts := strings.Split(role, ":") // arn:aws:iam::<account>:role/<name>
		accounts = append(accounts, strings.Join(append(parts[:5:5], "root"), ":"))
	}
	slices.Sort(accounts)
	list := make([]awsiam.IPrincipal, 0, len(accounts))
	for _, account := range slices.Compact(accounts) {
		list = append(list, awsiam.NewArnPrincipal(jsii.String(account)))
	}
	return &list
}

// onlyRoles is the part of a condition with ArnEquals that holds only for these roles' sessions. An
// ARN with wildcards would be a pattern; the environment file refuses those.
func onlyRoles(roles []string) map[string]any {
	return map[string]any{"aws:PrincipalArn": jsii.Strings(roles...)}
}
