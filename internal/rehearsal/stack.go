package rehearsal

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/rehearsal/partial"
	"cognito-m2m/internal/state"
)

// deployedStack is a stack of the site. kept is the template that it has, nil while it is created.
type deployedStack struct {
	kept      *engine.Template
	there     map[string]bool // logical ids of its resources that are there
	leftovers partial.Leftovers
	operation *operation
}

// operation is what is being done to a stack.
type operation struct {
	id    string
	next  *engine.Template
	there map[string]bool // of the next one's resources
	ids   *state.Candidate
	model *assembly.Evaluated // with the next template; nil for a deletion
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

// name is the stack's.
func (d *deployedStack) name() string {
	if d.kept != nil {
		return d.kept.StackName
	}
	return d.operation.next.StackName
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

// read is a stack as the state has it.
func (s *site) read(kept state.Stack) (stack *deployedStack, err error) {
	stack = &deployedStack{there: setOf(kept.There)}
	if len(kept.Leftovers) > 0 {
		if err := json.Unmarshal(kept.Leftovers, &stack.leftovers); err != nil {
			return nil, &StacksError{File: s.run.State.File(), Reason: "what is left over of a stack: " + err.Error()}
		}
	}
	if stack.kept, err = s.template(kept.Template); err != nil || kept.Operation == nil {
		return stack, err
	}
	next, err := s.template(kept.Operation.Template)
	stack.operation = &operation{id: kept.Operation.ID, next: next, there: setOf(kept.Operation.There)}
	return stack, err
}

func setOf(names []string) map[string]bool {
	set := map[string]bool{}
	for _, name := range names {
		set[name] = true
	}
	return set
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
	return s.run.State.KeepStack(s.place, name, &kept, ids)
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
