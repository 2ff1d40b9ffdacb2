package serving

import (
	"slices"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/httpapi"
	"cognito-m2m/naming"
)

// Environment are the resources that a run serves for one environment: one user pool and one
// HTTP API. In a rehearsal an environment may lack one of them.
type Environment struct {
	Model *assembly.Model
	Pool  assembly.UserPool
	API   assembly.API
	// Former is the form of the pool's issuer that an authorizer still names while the pool has
	// another one already: between two stacks of a deployment.
	Former string
}

// domains are the prefix of the pool's domain and its custom domain, "" where it has none.
func (env *Environment) domains() (prefix, custom string) {
	for _, domain := range env.Model.UserPoolDomains {
		switch {
		case domain.UserPoolID != env.Pool.ID:
		case domain.Custom():
			custom = domain.Domain
		default:
			prefix = domain.Domain
		}
	}
	return prefix, custom
}

func (env *Environment) hasDomain() bool {
	prefix, custom := env.domains()
	return prefix != "" || custom != ""
}

// Clients are the app clients of the pool.
func (env *Environment) Clients() []assembly.UserPoolClient {
	clients := make([]assembly.UserPoolClient, 0, len(env.Model.UserPoolClients))
	for _, declared := range env.Model.UserPoolClients {
		if declared.UserPoolID == env.Pool.ID {
			clients = append(clients, declared)
		}
	}
	return clients
}

// SecretsByClient are the ARNs of the secrets with the credentials of clients, by the clients' ids.
func (env *Environment) SecretsByClient() map[string]string {
	arns := make(map[string]string, len(env.Model.Secrets))
	for _, secret := range env.Model.Secrets {
		id := secret.Tags[naming.ClientIDTag]
		if _, known := arns[id]; !known {
			arns[id] = secret.ARN
		}
	}
	return arns
}

// Functions are those that the API, its authorizers or a rotation call. No other function can be
// invoked locally.
func (env *Environment) Functions() (called []assembly.Function) {
	for _, f := range env.Model.Functions {
		if len(env.CalledAs(f)) > 0 {
			called = append(called, f)
		}
	}
	return called
}

// CalledAs are the ARNs by which integrations, authorizers and rotations call the function, each
// once, with a qualifier where they name an alias or a version. A permission counts only for the
// form that it names.
//
// Parity: Runtime: every alias and version is the function as it is
func (env *Environment) CalledAs(f assembly.Function) (arns []string) {
	add := func(arn string) {
		if !slices.Contains(arns, arn) {
			arns = append(arns, arn)
		}
	}
	for _, called := range env.CalledByAPI() {
		if called.ARN == f.ARN {
			add(called.As)
		}
	}
	for i := range env.Model.RotationSchedules {
		if schedule := &env.Model.RotationSchedules[i]; schedule.FunctionARN == f.ARN {
			add(Qualified(schedule.FunctionARN, schedule.Qualifier))
		}
	}
	return arns
}

// Callee is a function by the ARN that it is called by: As has a qualifier where the caller names
// an alias or a version.
type Callee struct{ ARN, As string }

// CalledByAPI are the functions of the API's integrations and authorizers, which can name one more
// than once.
func (env *Environment) CalledByAPI() (called []Callee) {
	for _, i := range env.API.Integrations {
		called = append(called, Callee{i.FunctionARN, Qualified(i.FunctionARN, i.Qualifier)})
	}
	for _, a := range env.API.Authorizers {
		if a.Function != nil {
			called = append(called, Callee{a.Function.ARN, Qualified(a.Function.ARN, a.Function.Qualifier)})
		}
	}
	return called
}

// rotates reports whether the function rotates a secret.
func (env *Environment) rotates(f assembly.Function) bool {
	return slices.ContainsFunc(env.Model.RotationSchedules, func(schedule assembly.RotationSchedule) bool {
		return schedule.FunctionARN == f.ARN
	})
}

// Qualified is the ARN of a function with the alias or version that is called, if there is one.
func Qualified(arn, qualifier string) string {
	if qualifier == "" {
		return arn
	}
	return arn + ":" + qualifier
}

// stagePath is what the API's URL ends with: nothing for the stage $default, else the name of the
// first stage.
func (env *Environment) stagePath() string {
	for _, stage := range env.API.Stages {
		if stage.Name == httpapi.DefaultStage {
			return ""
		}
	}
	if len(env.API.Stages) == 0 {
		return ""
	}
	return "/" + env.API.Stages[0].Name
}
