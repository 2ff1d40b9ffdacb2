package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/state"
)

func placeOf(operation engine.Operation) partition.Place {
	t := either(operation)
	return partition.Place{AccountID: t.AccountID, Region: t.Region}
}

// either is the next template of the operation, or else the one before: both are of the same stack.
func either(operation engine.Operation) *engine.Template {
	if operation.Next != nil {
		return operation.Next
	}
	return operation.Before
}

// Apply implements engine.Provider.
func (r *Rehearsal) Apply(ctx context.Context, op engine.Operation, step engine.Step) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.site(placeOf(op))
	if err != nil {
		return err
	}
	stack, err := s.begin(op)
	if err != nil {
		return err
	}
	if err := s.refuses(ctx, stack, step); err != nil {
		return err
	}
	if err := s.retain(step); err != nil {
		return err
	}
	if step.Resource.Type == "AWS::Cognito::UserPoolClient" { // CloudFormation writes all of it, or deletes it
		if err := s.run.State.KeepChangedClient(step.Resource.PhysicalID, nil); err != nil {
			return err
		}
	}
	undo, err := s.noteStep(stack, step)
	if err != nil {
		return err
	}
	if err := s.serveStep(stack, either(op).StackName, step); err != nil {
		undo()
		return err
	}
	return s.applySchedule(step)
}

// serveStep has what is there served, if the step changes it, and writes it into the state.
func (s *site) serveStep(stack *deployedStack, name string, step engine.Step) error {
	commit := func() error { return s.keep(stack, name) }
	if !assembly.Simulated(step.Resource.Type) || step.Action == engine.Retain {
		return commit()
	}
	model, err := s.there()
	if err != nil {
		return err
	}
	return s.serve(model, commit)
}

// applySchedule has a secret rotated if the step says so.
func (s *site) applySchedule(step engine.Step) error {
	if step.Resource.Type != "AWS::SecretsManager::RotationSchedule" || step.Action != engine.Create && step.Action != engine.Update {
		return nil
	}
	secret, _ := step.Resource.Properties["SecretId"].(string)
	return s.secrets.ApplySchedule(secret)
}

// Properties implements engine.Actual. Nothing is known of resources that
// play no part in a run.
func (r *Rehearsal) Properties(_ context.Context, t *engine.Template, resource engine.Resource) (properties map[string]any, exists, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.site(partition.Place{AccountID: t.AccountID, Region: t.Region})
	stack := s.stacks[t.StackName]
	if err != nil || stack == nil || !assembly.Simulated(resource.Type) {
		return nil, false, false
	}
	actual := maps.Clone(resource.Properties)
	if changed, ok := s.changed(resource.PhysicalID); ok && resource.Type == "AWS::Cognito::UserPoolClient" {
		actual["ClientName"] = changed.Name
		actual["AllowedOAuthFlows"], actual["AllowedOAuthScopes"] = anyOf(changed.AllowedOAuthFlows), anyOf(changed.AllowedOAuthScopes)
		actual["AllowedOAuthFlowsUserPoolClient"] = changed.AllowedOAuthFlowsUserPoolClient
		actual["ExplicitAuthFlows"] = anyOf(changed.ExplicitAuthFlows)
	}
	return actual, stack.there[resource.LogicalID], true
}

// anyOf is a list as a template has it.
func anyOf(texts []string) []any {
	list := []any{}
	for _, text := range texts {
		list = append(list, text)
	}
	return list
}

// End implements engine.Provider.
func (r *Rehearsal) End(_ context.Context, op engine.Operation, kept *engine.Template) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.site(placeOf(op))
	if err != nil {
		return err
	}
	name := either(op).StackName
	stack := s.stacks[name]
	switch {
	case stack != nil && stack.operation != nil && stack.operation.id != op.ID:
		return nil // it has come before, and another one has begun
	case kept == nil:
		err = s.forget(name)
	case stack == nil || stack.operation != nil || !reflect.DeepEqual(stack.kept, kept):
		err = s.keepOutcome(op, kept)
	}
	if err != nil {
		return err
	}
	return s.finish(name)
}

// keepOutcome makes the template that is kept the one that the stack has, and ends the operation.
func (s *site) keepOutcome(op engine.Operation, kept *engine.Template) error {
	stack, err := s.begin(op)
	if err != nil {
		return err
	}
	isNext := op.Next != nil && reflect.DeepEqual(kept, op.Next)
	ended := &deployedStack{kept: kept, there: stack.left(isNext), leftovers: stack.leftovers}
	var ids *state.Candidate
	if isNext {
		ids = stack.operation.ids
	}
	form, err := ended.form(s)
	if err != nil {
		return err
	}
	if err := s.run.State.KeepStack(s.place, kept.StackName, &form, ids); err != nil {
		return err
	}
	s.stacks[kept.StackName], s.base = ended, nil
	return nil
}

// forget ends a stack that is gone.
func (s *site) forget(name string) error {
	if err := s.run.State.KeepStack(s.place, name, nil, nil); err != nil {
		return err
	}
	delete(s.stacks, name)
	s.base = nil
	return nil
}

// finish serves what is left when an operation is over.
func (s *site) finish(name string) error {
	model, err := s.there()
	if err != nil {
		return err
	}
	if err := s.serve(model, func() error { return nil }); err != nil {
		return fmt.Errorf("ending the operation on the stack %s: %w", name, err)
	}
	return errors.Join(s.removeUnusedTemplates(), s.announce())
}
