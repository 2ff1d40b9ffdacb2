package rehearsal

import (
	"slices"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/userpool"
	"cognito-m2m/naming"
)

// views are the environments of the site: each has an HTTP API and the user pool whose tokens it
// takes, or a pool alone.
func views(model *assembly.Model) (all []*serving.Environment) {
	used := map[string]bool{}
	for _, api := range model.APIs {
		view := &serving.Environment{Model: model, API: api}
		for _, pool := range model.UserPools {
			for _, authorizer := range api.Authorizers {
				issuer, trusts := trusted(model, authorizer, pool)
				if !trusts {
					continue
				}
				view.Pool, used[pool.ID] = pool, true
				if issuer != pool.ProviderURL && authorizer.Function == nil {
					view.Former = issuer
				}
			}
		}
		all = append(all, view)
	}
	for _, pool := range model.UserPools {
		if !used[pool.ID] {
			all = append(all, &serving.Environment{Model: model, Pool: pool})
		}
	}
	return all
}

// trusted is the issuer by which an authorizer takes the tokens of a pool. A Lambda authorizer
// takes those whose issuer is a variable of its function.
func trusted(model *assembly.Model, authorizer assembly.Authorizer, pool assembly.UserPool) (issuer string, trusts bool) {
	if authorizer.Function == nil {
		return authorizer.Issuer, isIssuer(authorizer.Issuer, pool, model.Region)
	}
	for _, f := range model.Functions {
		if f.ARN != authorizer.Function.ARN {
			continue
		}
		for _, value := range f.Environment {
			if isIssuer(value, pool, model.Region) {
				return value, true
			}
		}
	}
	return "", false
}

// isIssuer reports whether an issuer is that of a pool, in any of its forms.
func isIssuer(issuer string, pool assembly.UserPool, region string) bool {
	return issuer == pool.ProviderURL || userpool.IssuerType(issuer) != "" && issuer == userpool.Issuer(userpool.IssuerType(issuer), region, pool.ID)
}

// nameOf is the name that an environment goes by: that in the names of its stacks.
func nameOf(view *serving.Environment) string {
	stack := view.API.Stack
	if stack == "" {
		stack = view.Pool.Stack
	}
	if env, _, ok := naming.ParseStack(stack); ok {
		return env
	}
	return stack
}

// addressesOf are where an environment's parts are reached; "" for a part that it has not.
func (s *site) addressesOf(view *serving.Environment) serving.Addresses {
	at := serving.Addresses{AWS: s.aws.URL()}
	if pool := s.pools[view.Pool.ID]; pool != nil {
		at.Pool = pool.URL()
	}
	if api := s.apis[view.API.ID]; api != nil {
		at.API = api.URL()
	}
	return at
}

// callerOf is the environment that calls a function, and the ARNs by which it does.
func callerOf(all []*serving.Environment, declared assembly.Function) (caller *serving.Environment, arns []string) {
	for _, view := range all {
		for _, arn := range view.CalledAs(declared) {
			if !slices.Contains(arns, arn) {
				arns = append(arns, arn)
			}
		}
		if caller == nil && calls(view, declared) {
			caller = view
		}
	}
	if caller == nil && len(all) > 0 {
		caller = all[0]
	}
	return caller, arns
}

// calls reports whether the environment's API calls the function, or it rotates a secret of one of
// its clients.
func calls(view *serving.Environment, f assembly.Function) bool {
	if slices.ContainsFunc(view.CalledByAPI(), func(called serving.Callee) bool { return called.ARN == f.ARN }) {
		return true
	}
	rotated := map[string]bool{}
	for _, schedule := range view.Model.RotationSchedules {
		if schedule.FunctionARN == f.ARN {
			rotated[schedule.SecretARN] = true
		}
	}
	secrets := view.SecretsByClient()
	return slices.ContainsFunc(view.Clients(), func(client assembly.UserPoolClient) bool { return rotated[secrets[client.ID]] })
}
