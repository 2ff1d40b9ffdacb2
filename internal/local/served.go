package local

import (
	"fmt"
	"slices"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/httpapi"
	"cognito-m2m/naming"
)

// servedResources are the resources that a run serves for one environment: one user pool and one
// HTTP API. In a rehearsal an environment may lack one of them.
type servedResources struct {
	model *assembly.Model
	pool  assembly.UserPool
	api   assembly.API
	// former is the form of the pool's issuer that an authorizer still names while the pool has
	// another one already: between two stacks of a deployment.
	former string
}

// servedFrom finds them. An environment with several pools or APIs can be deployed, but here it
// would be unclear which of them the two listeners serve.
//
// Parity: Runtime: one user pool and one HTTP API
func servedFrom(model *assembly.Model) (*servedResources, error) {
	if len(model.UserPools) != 1 || len(model.APIs) != 1 {
		return nil, fmt.Errorf("the assembly has %d user pools and %d HTTP APIs; the local runtime serves one of each",
			len(model.UserPools), len(model.APIs))
	}
	return &servedResources{model: model, pool: model.UserPools[0], api: model.APIs[0]}, nil
}

// domains are the prefix of the pool's domain and its custom domain, "" where it has none.
func (served *servedResources) domains() (prefix, custom string) {
	for _, domain := range served.model.UserPoolDomains {
		switch {
		case domain.UserPoolID != served.pool.ID:
		case domain.Custom():
			custom = domain.Domain
		default:
			prefix = domain.Domain
		}
	}
	return prefix, custom
}

func (served *servedResources) hasDomain() bool {
	prefix, custom := served.domains()
	return prefix != "" || custom != ""
}

// clients are the app clients of the pool.
func (served *servedResources) clients() (clients []assembly.UserPoolClient) {
	for _, declared := range served.model.UserPoolClients {
		if declared.UserPoolID == served.pool.ID {
			clients = append(clients, declared)
		}
	}
	return clients
}

// secretOf is the ARN of the app client's secret, "" if there is none.
func (served *servedResources) secretOf(declared assembly.UserPoolClient) (arn string) {
	for _, secret := range served.model.Secrets {
		if secret.Tags[naming.ClientIDTag] == declared.ID {
			return secret.ARN
		}
	}
	return ""
}

// functions are those that the API or a rotation calls. No other function can be invoked locally.
func (served *servedResources) functions() (called []assembly.Function) {
	for _, f := range served.model.Functions {
		if len(served.calledAs(f)) > 0 {
			called = append(called, f)
		}
	}
	return called
}

// calledAs are the ARNs by which integrations and rotations call the function, with a qualifier
// where they name an alias or a version. A permission counts only for the form that it names.
//
// Parity: Runtime: every alias and version is the function as it is
func (served *servedResources) calledAs(f assembly.Function) (arns []string) {
	for _, integration := range served.api.Integrations {
		if integration.FunctionARN == f.ARN {
			arns = append(arns, qualified(integration.FunctionARN, integration.Qualifier))
		}
	}
	for _, schedule := range served.model.RotationSchedules {
		if schedule.FunctionARN == f.ARN {
			arns = append(arns, qualified(schedule.FunctionARN, schedule.Qualifier))
		}
	}
	return arns
}

// rotates reports whether the function rotates a secret.
func (served *servedResources) rotates(f assembly.Function) bool {
	return slices.ContainsFunc(served.model.RotationSchedules, func(schedule assembly.RotationSchedule) bool {
		return schedule.FunctionARN == f.ARN
	})
}

func qualified(arn, qualifier string) string {
	if qualifier == "" {
		return arn
	}
	return arn + ":" + qualifier
}

// stagePath is what the API's URL ends with: nothing for the stage $default, else the name of the
// first stage.
func (served *servedResources) stagePath() string {
	for _, stage := range served.api.Stages {
		if stage.Name == httpapi.DefaultStage {
			return ""
		}
	}
	if len(served.api.Stages) == 0 {
		return ""
	}
	return "/" + served.api.Stages[0].Name
}
