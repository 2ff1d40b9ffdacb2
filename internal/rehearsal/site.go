package rehearsal

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/iam"
	"cognito-m2m/internal/listener"
	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/rehearsal/partial"
	"cognito-m2m/internal/secretsmanager"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/state"
)

// site is one account and Region of a rehearsal: the stacks that are deployed there, and what
// serves their resources. Its fields are for whoever holds the rehearsal's lock, but for those that
// say otherwise.
type site struct {
	*Rehearsal

	place  partition.Place
	stacks map[string]*deployedStack // by name
	base   *assembly.Evaluated       // of the templates that the stacks have; nil until it is asked for

	pools   map[string]*poolServer // by id
	apis    map[string]*apiServer  // by id
	secrets *secretsmanager.Store
	held    []secretsmanager.Secret // what secrets was given last

	// calls is held by each call of the user pools' API, and a change of the pools waits for them.
	// It guards served and secrets.
	calls  sync.RWMutex
	served map[string]*cognito.Server // by id

	proposals []*proposal

	running   sync.RWMutex // guards functions
	functions map[string]*servedFunction

	permissions atomic.Pointer[iam.Permissions] // nil if functions may do everything, or before there is one
}

// there is the model of the resources that are there now, in the version that each one has.
func (s *site) there() (*assembly.Model, error) {
	if s.base == nil {
		kept := map[string]*engine.Template{}
		for name, stack := range s.stacks {
			if stack.kept != nil {
				kept[name] = stack.kept
			}
		}
		base, err := s.evaluate(kept, s.run.State.CandidateAt(s.place), "")
		if err != nil {
			return nil, err
		}
		s.base = base
	}
	return s.merged(), nil
}

// merged is like there, and needs base.
func (s *site) merged() *assembly.Model {
	var portions []partial.Portion
	of := func(stack string, there map[string]bool) func(assembly.Resource) bool {
		return func(at assembly.Resource) bool { return at.Stack == stack && there[at.LogicalID] }
	}
	for _, name := range slices.Sorted(maps.Keys(s.stacks)) {
		stack := s.stacks[name]
		portions = append(portions, partial.Portion{Model: s.base.Model, Has: of(name, stack.there)})
		if stack.operation != nil && stack.operation.model != nil {
			portions = append(portions, partial.Portion{Model: stack.operation.model.Model, Has: of(name, stack.operation.there)})
		}
	}
	m := partial.Merged(portions)
	for _, stack := range s.stacks {
		stack.leftovers.AddTo(m)
		s.addCode(m, stack.leftovers)
	}
	for i := range m.UserPoolClients {
		s.addChange(&m.UserPoolClients[i])
	}
	m.AccountID, m.Region = s.place.AccountID, s.place.Region
	return m
}

// addCode gives functions the code that they were given beside their templates.
func (s *site) addCode(m *assembly.Model, leftovers partial.Leftovers) {
	for i := range m.Functions {
		at, given := leftovers.Code[m.Functions[i].ARN]
		if !given {
			continue
		}
		if asset, err := s.uploads.code(at.Bucket, at.Key); err == nil {
			m.Functions[i].Asset = &asset
		}
	}
}

// addChange has an app client as it was changed beside its template.
func (s *site) addChange(client *assembly.UserPoolClient) {
	changed, ok := s.changed(client.ID)
	if !ok {
		return
	}
	client.Name = changed.Name
	client.AllowedOAuthFlows, client.AllowedOAuthScopes = changed.AllowedOAuthFlows, changed.AllowedOAuthScopes
	client.AllowedOAuthFlowsUserPoolClient = changed.AllowedOAuthFlowsUserPoolClient
	client.AccessTokenValidity = changed.AccessTokenValidity
}

// Keys implements serving.Vault.
func (s *site) Keys(pool assembly.UserPool) (*cognito.Keys, error) {
	return s.idsOf(pool.Stack).Keys(pool)
}

// ClientSecrets implements serving.Vault.
func (s *site) ClientSecrets(client assembly.UserPoolClient, now time.Time) ([]cognito.ClientSecret, error) {
	return s.idsOf(client.Stack).ClientSecrets(client, now)
}

// idsOf has the secrets and keys of a stack's resources.
func (s *site) idsOf(stack string) *state.Candidate {
	if known := s.stacks[stack]; known != nil && known.operation != nil && known.operation.ids != nil {
		return known.operation.ids
	}
	return s.run.State.CandidateAt(s.place)
}

// resume serves what the state has, after a start.
func (s *site) resume() error {
	for name, stack := range s.stacks {
		if stack.operation == nil {
			continue
		}
		op := engine.Operation{ID: stack.operation.id, Before: stack.kept, Next: stack.operation.next}
		if op.Before == nil && op.Next == nil {
			return fmt.Errorf("%s has an operation on the stack %s without a template", s.run.State.File(), name)
		}
		if _, err := s.begin(op); err != nil {
			return err
		}
	}
	model, err := s.there()
	if err != nil {
		return err
	}
	return s.serve(model, func() error { return nil })
}

// close ends the HTTP APIs first: their requests in flight need the pools' keys, and rotations need
// AWS's APIs.
func (s *site) close(ctx context.Context) (failures []error) {
	var apis, pools []*listener.Listener
	for _, api := range s.apis {
		apis = append(apis, api.Listener)
	}
	for _, pool := range s.pools {
		pools = append(pools, pool.Listener)
	}
	failures = s.run.CloseListeners(ctx, apis...)
	if s.secrets != nil {
		s.run.EndRotations(ctx, s.secrets)
	}
	return append(failures, s.run.CloseListeners(ctx, pools...)...)
}

func (s *site) endFunctions(ctx context.Context) error {
	cut, cancel := context.WithTimeout(ctx, serving.CutTime)
	defer cancel()
	set := serving.FunctionSet{}
	for arn, f := range s.functions {
		set[arn] = f.Function
	}
	return set.Close(cut)
}
