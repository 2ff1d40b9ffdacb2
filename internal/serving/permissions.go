package serving

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/function"
	"cognito-m2m/internal/iam"
	"cognito-m2m/internal/printable"
	"cognito-m2m/internal/requester"
	"cognito-m2m/internal/sts"
)

// Permissions compiles what the roles of a model's functions allow, with what is wrong with them.
// Both are nil in a run that holds no function to its role.
func (r *Run) Permissions(model *assembly.Model) (*iam.Permissions, []assembly.Problem) {
	if r.NoRoles {
		return nil, nil
	}
	accepted, err := r.ReadAccepted()
	if err != nil {
		r.Report.Warn(err.Error())
	}
	return iam.Compile(model, iam.Options{
		Functions: called(model), Used: r.Used, Now: r.Now,
		Accepted: func(arn string) bool { return slices.Contains(accepted, arn) },
	})
}

// called are the functions of a model that an API or a rotation calls.
func called(model *assembly.Model) (functions []assembly.Function) {
	for _, f := range model.Functions {
		env := Environment{Model: model}
		for _, api := range model.APIs {
			env.API.Integrations = append(env.API.Integrations, api.Integrations...)
			env.API.Authorizers = append(env.API.Authorizers, api.Authorizers...)
		}
		if len(env.CalledAs(f)) > 0 {
			functions = append(functions, f)
		}
	}
	return functions
}

// Denials tells of what is not allowed, once each, and which statement would allow it.
type Denials struct {
	requester.Authorizer

	Report Reporter

	mu   sync.Mutex
	told map[string]bool
}

// Authorize implements requester.Authorizer.
func (d *Denials) Authorize(who requester.Requester, wants requester.Access) error {
	err := d.Authorizer.Authorize(who, wants)
	if denied, ok := errors.AsType[*requester.DeniedError](err); ok {
		d.tell(denied)
	}
	return err
}

// mostTold is how many denials are told: a caller can ask for any number.
const mostTold = 100

func (d *Denials) tell(denied *requester.DeniedError) {
	line := denied.Error()
	d.mu.Lock()
	first := !d.told[line] && len(d.told) < mostTold
	if first {
		if d.told == nil {
			d.told = map[string]bool{}
		}
		d.told[line] = true
	}
	d.mu.Unlock()
	if !first {
		return
	}
	if denied.Remedy != "" {
		line += ". This statement would allow it: " + denied.Remedy
	}
	d.Report.Warn(printable.Text(line))
}

// roleSession makes the credentials of a function: each execution environment has a session of the
// function's role, which has the function's name.
//
// Source: Lambda developer guide, "Defining Lambda function permissions with an execution role";
// the name was seen, aws-samples/serverless-patterns #2457.
type roleSession struct {
	identities *sts.Service
	role       sts.Role
	name       string
}

// Credentials implements function.CredentialsSource.
func (s roleSession) Credentials() function.Credentials {
	issued := s.identities.Issue(s.role, s.name)
	return function.Credentials{
		AccessKeyID: issued.AccessKeyID, SecretAccessKey: string(issued.SecretAccessKey), SessionToken: issued.SessionToken,
		Expires: issued.Expires,
	}
}

func (r *Run) credentialsOf(model *assembly.Model, declared assembly.Function) function.CredentialsSource {
	session := roleSession{identities: r.identities, role: sts.Role{ARN: declared.RoleARN}, name: declared.Name}
	for _, role := range model.Roles {
		if role.ARN == declared.RoleARN {
			session.role.ID = role.ID
		}
	}
	return session
}

// newIdentities is the run's STS: the credentials that it issues work as long as the run's key
// does.
func newIdentities(r *Run) (*sts.Service, error) {
	identities, err := sts.New(sts.Config{Secret: r.State.AccessKey().Secret})
	if err != nil {
		return nil, fmt.Errorf("serving STS: %w", err)
	}
	return identities, nil
}
