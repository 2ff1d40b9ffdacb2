package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/local/state"
)

func placeOf(operation engine.Operation) state.Place {
	t := either(operation)
	return state.Place{AccountID: t.AccountID, Region: t.Region}
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
	if step.Resource.Type == "AWS::Cognito::UserPoolClient" { // CloudFormation writes all of it, or deletes it
		if err := s.state.KeepChangedClient(step.Resource.PhysicalID, nil); err != nil {
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

// begin finds the stack and makes the operation the one that is being done to it.
func (s *site) begin(op engine.Operation) (*deployedStack, error) {
	name := either(op).StackName
	stack := s.stacks[name]
	if stack == nil {
		stack = &deployedStack{kept: op.Before, there: map[string]bool{}}
	}
	switch {
	case stack.operation != nil && stack.operation.id != op.ID:
		return nil, fmt.Errorf("another operation on the stack %s is not over", name)
	case stack.operation == nil:
		stack.operation = &operation{id: op.ID, next: op.Next, there: map[string]bool{}}
	}
	s.stacks[name] = stack
	if op.Next == nil {
		stack.operation.ids = s.candidate(op)
		return stack, nil
	}
	if stack.operation.model == nil {
		proposed, err := s.propose(op)
		if err != nil {
			return nil, err
		}
		stack.operation.ids, stack.operation.model = proposed.ids, proposed.model
	}
	return stack, nil
}

// refuses is the error of a service that refuses a step only when it comes.
//
// Parity: Runtime: when a service refuses
func (s *site) refuses(ctx context.Context, stack *deployedStack, step engine.Step) error {
	switch {
	case step.Action == engine.Delete && step.Resource.Type == "AWS::Cognito::UserPool" && s.isThere(stack, step) &&
		step.Resource.Properties["DeletionProtection"] == "ACTIVE":
		return errors.New("The user pool cannot be deleted because deletion protection is activated") //nolint:staticcheck // AWS's words
	case step.Resource.Type == "AWS::Lambda::Function" && step.Action != engine.Delete && step.Action != engine.Retain && !step.Rollback:
		return s.prepareOf(ctx, stack, step.Resource.LogicalID)
	case step.Resource.Type == "AWS::Cognito::UserPoolDomain" && step.Action == engine.Create && !step.Rollback:
		return s.secondDomain(stack, step.Resource.LogicalID)
	}
	return nil
}

// secondDomain refuses a domain of a pool that has one: a pool can have one of Cognito's own, and
// one custom domain.
//
// Source: [O] aws-cdk #10062.
func (s *site) secondDomain(stack *deployedStack, logicalID string) error {
	there, err := s.there()
	if err != nil {
		return err
	}
	for _, made := range stack.operation.model.UserPoolDomains {
		if made.LogicalID != logicalID || made.Stack != stack.name() {
			continue
		}
		for _, other := range there.UserPoolDomains {
			if other.UserPoolID == made.UserPoolID && other.Custom() == made.Custom() && other.Domain != made.Domain {
				return errors.New("User pool already has a domain configured.") //nolint:staticcheck // AWS's words
			}
		}
	}
	return nil
}

// isThere reports whether the resource that a deletion is about is there.
func (s *site) isThere(stack *deployedStack, step engine.Step) bool {
	return stack.side(step)[step.Resource.LogicalID]
}

// prepareOf makes the code of a function ready for this machine, if it is called here.
func (s *site) prepareOf(ctx context.Context, stack *deployedStack, logicalID string) error {
	model := stack.operation.model
	for _, declared := range model.Functions {
		if declared.LogicalID != logicalID || declared.Stack != stack.operation.next.StackName {
			continue
		}
		if _, arns := callerOf(views(model.Model), declared); len(arns) > 0 {
			_, err := s.bootstrapOf(ctx, declared)
			return err
		}
	}
	return nil
}

// side is the set that a deletion takes a resource out of: what is there of the template before, or
// in a rollback of the next one.
func (d *deployedStack) side(step engine.Step) map[string]bool {
	if step.Rollback {
		return d.operation.there
	}
	return d.there
}

// noteStep notes what is there after a step, and returns how to go back to what was there before.
func (s *site) noteStep(d *deployedStack, step engine.Step) (undo func(), err error) {
	before := *d
	next := d.operation.there
	undo = func() { d.there, d.leftovers, d.operation.there = before.there, before.leftovers, next }
	d.there, d.leftovers, d.operation.there = maps.Clone(d.there), d.leftovers.Clone(), maps.Clone(next)
	d.note(step)
	if err := s.noteLeftovers(d, step); err != nil {
		undo()
		return nil, err
	}
	return undo, nil
}

// noteLeftovers notes what a service keeps of the resource beside what its template says.
func (s *site) noteLeftovers(d *deployedStack, step engine.Step) error {
	if step.Action != engine.Create && step.Action != engine.Update {
		return nil
	}
	model, err := s.there()
	if err != nil {
		return err
	}
	from := s.base
	if !step.Rollback {
		from = d.operation.model
	}
	at := assembly.Resource{Stack: d.name(), LogicalID: step.Resource.LogicalID}
	return d.leftovers.Update(from.Model, at, func(apiID string) (keys []string) {
		for _, api := range model.APIs {
			for _, route := range api.Routes {
				if api.ID == apiID {
					keys = append(keys, route.Key)
				}
			}
		}
		return keys
	})
}

// note notes what is there after a step.
//
// Parity: Runtime: what a stack retains
func (d *deployedStack) note(step engine.Step) {
	id := step.Resource.LogicalID
	switch {
	case step.Action == engine.Delete:
		delete(d.side(step), id)
	case step.Action == engine.Create && !step.Rollback:
		d.operation.there[id] = true
	case step.Action == engine.Update && !step.Rollback:
		d.operation.there[id] = true
		delete(d.there, id)
	case step.Action != engine.Retain: // back to what was before
		d.there[id] = true
		if d.operation.generation(id) == step.Resource.Generation {
			delete(d.operation.there, id)
		}
	}
}

// name is the stack's.
func (d *deployedStack) name() string {
	if d.kept != nil {
		return d.kept.StackName
	}
	return d.operation.next.StackName
}

// generation is that of a resource in the next template.
func (o *operation) generation(logicalID string) string {
	if o.model == nil {
		return ""
	}
	for _, r := range o.model.Resources {
		if r.LogicalID == logicalID {
			return r.Generation
		}
	}
	return ""
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

// keep writes what there is of a stack.
func (s *site) keep(stack *deployedStack, name string) error {
	kept, err := stack.form(s)
	if err != nil {
		return err
	}
	var ids *state.Candidate
	if stack.operation != nil {
		ids = stack.operation.ids
	}
	return s.state.KeepStack(s.place, name, &kept, ids)
}

// form is the stack as the state has it. Its templates are written before.
func (d *deployedStack) form(s *site) (kept state.Stack, err error) {
	if kept.Template, err = s.keepTemplate(d.kept); err != nil {
		return kept, err
	}
	kept.There = slices.Sorted(maps.Keys(d.there))
	if kept.Leftovers, err = json.Marshal(d.leftovers); err != nil {
		return kept, fmt.Errorf("encoding what is left over of a stack: %w", err)
	}
	if d.operation == nil {
		return kept, nil
	}
	next, err := s.keepTemplate(d.operation.next)
	kept.Operation = &state.Operation{ID: d.operation.id, Template: next, There: slices.Sorted(maps.Keys(d.operation.there))}
	return kept, err
}

// Properties implements engine.Actual. Nothing is known of resources that
// play no part in a run.
func (r *Rehearsal) Properties(_ context.Context, t *engine.Template, resource engine.Resource) (properties map[string]any, exists, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.site(state.Place{AccountID: t.AccountID, Region: t.Region})
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
	if err := s.state.KeepStack(s.place, kept.StackName, &form, ids); err != nil {
		return err
	}
	s.stacks[kept.StackName], s.base = ended, nil
	return nil
}

// left are the resources of the template that is kept, by logical id: those that are there in its
// version, and those that are there in the other version and are the same ones.
func (d *deployedStack) left(isNext bool) map[string]bool {
	there, others := d.there, d.operation.there
	if isNext {
		there, others = others, there
	}
	left := maps.Clone(there)
	for id := range others {
		if d.kept != nil && d.operation.model != nil && d.operation.keeps(id) {
			left[id] = true
		}
	}
	return left
}

// keeps reports whether a resource is the same one in both templates.
func (o *operation) keeps(logicalID string) bool { return o.ids.Keeps(o.next.StackName, logicalID) }

// forget ends a stack that is gone.
func (s *site) forget(name string) error {
	if err := s.state.KeepStack(s.place, name, nil, nil); err != nil {
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
