package local

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/naming"
)

// parts are the resources that a run serves: one user pool and one HTTP API.
type parts struct {
	model *assembly.Model
	pool  assembly.UserPool
	api   assembly.API
}

// theParts finds them. An environment with several pools or APIs can be deployed, but
// here it would be unclear which of them the two listeners serve.
//
// Parity: Runtime: one user pool and one HTTP API
func theParts(model *assembly.Model) (*parts, error) {
	if len(model.UserPools) != 1 || len(model.APIs) != 1 {
		return nil, fmt.Errorf("the assembly has %d user pools and %d HTTP APIs; the local runtime serves one of each",
			len(model.UserPools), len(model.APIs))
	}
	return &parts{model: model, pool: model.UserPools[0], api: model.APIs[0]}, nil
}

// domains are the prefix of the pool's domain and its custom domain, "" where
// it has none.
func (p *parts) domains() (prefix, custom string) {
	for _, domain := range p.model.UserPoolDomains {
		switch {
		case domain.UserPoolID != p.pool.ID:
		case domain.Custom():
			custom = domain.Domain
		default:
			prefix = domain.Domain
		}
	}
	return prefix, custom
}

func (p *parts) hasDomain() bool {
	prefix, custom := p.domains()
	return prefix != "" || custom != ""
}

// clients are the app clients of the pool.
func (p *parts) clients() (clients []assembly.UserPoolClient) {
	for _, declared := range p.model.UserPoolClients {
		if declared.UserPoolID == p.pool.ID {
			clients = append(clients, declared)
		}
	}
	return clients
}

// secretOf is the ARN of the app client's secret, "" if there is none.
func (p *parts) secretOf(declared assembly.UserPoolClient) (arn string) {
	for _, secret := range p.model.Secrets {
		if secret.Tags[naming.ClientIDTag] == declared.ID {
			return secret.ARN
		}
	}
	return ""
}

// functions are those that the API or a rotation calls. No other function can be
// invoked locally.
func (p *parts) functions() (called []assembly.Function) {
	for _, f := range p.model.Functions {
		if len(p.calledAs(f)) > 0 {
			called = append(called, f)
		}
	}
	return called
}

// calledAs are the ARNs by which integrations and rotations call the function,
// with a qualifier where they name an alias or a version. A permission counts
// only for the form that it names.
//
// Parity: Runtime: every alias and version is the function as it is
func (p *parts) calledAs(f assembly.Function) (arns []string) {
	for _, integration := range p.api.Integrations {
		if integration.FunctionARN == f.ARN {
			arns = append(arns, qualified(integration.FunctionARN, integration.Qualifier))
		}
	}
	for _, schedule := range p.model.RotationSchedules {
		if schedule.FunctionARN == f.ARN {
			arns = append(arns, qualified(schedule.FunctionARN, schedule.Qualifier))
		}
	}
	return arns
}

// rotates reports whether the function rotates a secret.
func (p *parts) rotates(f assembly.Function) bool {
	return slices.ContainsFunc(p.model.RotationSchedules, func(schedule assembly.RotationSchedule) bool {
		return schedule.FunctionARN == f.ARN
	})
}

func qualified(arn, qualifier string) string {
	if qualifier == "" {
		return arn
	}
	return arn + ":" + qualifier
}

// stagePath is what the API's URL ends with: nothing for the stage $default,
// else the name of the first stage.
func (p *parts) stagePath() string {
	for _, stage := range p.api.Stages {
		if stage.Name == "$default" {
			return ""
		}
	}
	if len(p.api.Stages) == 0 {
		return ""
	}
	return "/" + p.api.Stages[0].Name
}

// Refused says why an assembly can't be run: everything at once.
type Refused struct {
	Problems []assembly.Problem
}

func (r *Refused) Error() string {
	return "the assembly can't be run:\n" + errors.Join(byType(r.Problems)...).Error()
}

// OnlyUnsupported reports whether Config.Lenient would let the assembly run.
func (r *Refused) OnlyUnsupported() bool {
	return !slices.ContainsFunc(r.Problems, func(p assembly.Problem) bool { return p.Kind != assembly.Unsupported })
}

// UnknownTypes are the resource types that the runtime does not know, each once.
func (r *Refused) UnknownTypes() (types []string) {
	for _, problem := range r.Problems {
		if problem.Type != "" && !slices.Contains(types, problem.Type) {
			types = append(types, problem.Type)
		}
	}
	return types
}

// notSimulated lists, by type, the resources that have no effect locally.
func notSimulated(model *assembly.Model) string {
	counts := map[string]int{}
	for _, resource := range model.NotSimulated {
		counts[resource.Type]++
	}
	if len(counts) == 0 {
		return ""
	}
	var list []string
	for kind, count := range counts {
		list = append(list, fmt.Sprintf("%d %s", count, kind))
	}
	slices.Sort(list)
	return "Not simulated: " + strings.Join(list, ", ")
}
