package engine

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly/template"
)

// prepare works out what the resources are to become.
func (e *Engine) prepare(s *Stack, o *operation) bool {
	begun := o.provider()
	begun.Begun = true
	evaluated, err := e.config.Provider.Evaluate(e.context, begun)
	if e.context.Err() != nil {
		return false
	}
	return e.commit(s, func() {
		if o.Kind == creation && err == nil {
			s.Description, s.Parameters = evaluated.Description, parameters(o.Next, evaluated)
		}
		if cause := e.refused(s, evaluated, err); cause != "" {
			o.Reason = strings.TrimSuffix(cause, ".") + ". "
			e.turnBack(s, o)
			return
		}
		rest := *evaluated
		rest.Resources = nil
		prepared := plan{Before: o.Before, Next: o.Next, Evaluated: &rest, Targets: targets(o.Next, evaluated), Found: o.Found}
		if prepared.Found == nil {
			prepared.Found = residents(s.Resources)
		}
		o.Phase, o.plan = going, &prepared
		if s.Resources == nil {
			s.Resources = map[string]*Resident{}
		}
		e.checkPolicy(s, o)
	})
}

// refused is why an operation fails before its first resource, "" if it does not. The lock is held.
func (e *Engine) refused(s *Stack, evaluated *Evaluated, err error) string {
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		return s.Operation.Next.mask(refusal.Message)
	}
	if err != nil {
		e.config.Log.Error("a template can't be evaluated", "stack", s.Name, "error", err)
		return "Internal Failure"
	}
	if evaluated.Fault != "" {
		return s.Operation.Next.mask(evaluated.Fault)
	}
	for _, id := range slices.Sorted(maps.Keys(evaluated.Resources)) {
		if reason := evaluated.Resources[id].Unresolved; reason != "" {
			return reason
		}
	}
	return e.exportFault(s, evaluated.Outputs)
}

// targets are the resources with what the engine itself reads in the template.
func targets(next *Template, evaluated *Evaluated) map[string]*Resident {
	body, _ := Body(next.Text) // it was read when it was taken
	all := map[string]*Resident{}
	known := symbolic{template: next, body: body, value: func(reference) string { return knownAfterApply }}
	for id, r := range evaluated.Resources {
		r.LogicalID = id
		r.DependsOn, r.Hidden = dependencies(body, r), hiddenIn(body, id)
		declaration := declared(body, "Resources", id)
		r.DeletionPolicy = cmp.Or(r.DeletionPolicy, known.text(declaration["DeletionPolicy"]))
		r.UpdateReplacePolicy = cmp.Or(r.UpdateReplacePolicy, known.text(declaration["UpdateReplacePolicy"]))
		all[id] = &Resident{Resource: r, Metadata: metadata(body, id)}
	}
	return all
}

func residents(resources map[string]*Resident) map[string]*Resident {
	found := map[string]*Resident{}
	for id, r := range resources {
		copied := *r
		found[id] = &copied
	}
	return found
}

// forward creates or updates the next resource. Done with the last one, it goes on to clean up.
func (e *Engine) forward(s *Stack, o *operation) bool {
	if o.Doing != nil {
		return e.forwardStep(s, o)
	}
	done := map[string]bool{}
	for _, id := range o.Done {
		done[id] = true
	}
	for _, id := range o.order() {
		if done[id] || e.unchanged(s, o, id) {
			continue
		}
		return e.commit(s, func() {
			if o.Cancelled || o.Deleting {
				e.turnBack(s, o)
				return
			}
			e.beginStep(s, o, id)
		})
	}
	return e.commit(s, func() {
		if o.Cancelled || o.Deleting {
			e.turnBack(s, o)
			return
		}
		e.finish(s, o)
	})
}

// unchanged says that a resource is already what it is to become. What no event tells of, such as a
// policy, is set.
//
// Parity: CloudFormation: what has no event
func (e *Engine) unchanged(s *Stack, o *operation, id string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	current, target := s.Resources[id], o.Targets[id]
	if !current.made() || !current.complete() || !current.is(&target.Resource) || !same(current.Properties, target.Properties) {
		return false
	}
	updated := *current
	updated.Resource, updated.Metadata = target.Resource, target.Metadata
	s.Resources[id] = &updated
	o.Done = append(o.Done, id)
	return true
}

const replaces = "Requested update requires the creation of a new physical resource; hence creating one."

// beginStep notes in the record what is to be done to a resource, before it is done.
func (e *Engine) beginStep(s *Stack, o *operation, id string) {
	current, target := s.Resources[id], o.Targets[id]
	o.Touched = append(o.Touched, id)
	shown, status, reason := *target, createInProgress, ""
	switch {
	case !current.made():
		o.Doing = &doing{LogicalID: id, Action: Create}
		shown.PhysicalID = ""
	case current.is(&target.Resource):
		o.Doing = &doing{LogicalID: id, Action: Update}
		status = updateInProgress
	default:
		o.Doing = &doing{LogicalID: id, Action: Create, Replacing: true}
		shown.PhysicalID, status, reason = current.PhysicalID, updateInProgress, replaces
	}
	if o.Doing.Action == Create {
		o.Made = append(o.Made, &target.Resource)
	}
	if strings.HasPrefix(target.Fault, "Property validation failure") {
		e.set(s, &shown, status, reason)
		return
	}
	e.show(s, &shown, status, reason)
}

// show gives a resource a status, with an event.
func (e *Engine) show(s *Stack, r *Resident, status, reason string) {
	e.tell(s, r.Resource, status, reason)
	e.set(s, r, status, reason)
}

func (e *Engine) set(s *Stack, r *Resident, status, reason string) {
	shown := *r
	shown.Status, shown.Reason, shown.UpdatedAt = status, reason, e.now()
	s.Resources[r.LogicalID] = &shown
}

// forwardStep does what is under way and tells how it went.
func (e *Engine) forwardStep(s *Stack, o *operation) bool {
	target := o.Targets[o.Doing.LogicalID]
	err := e.apply(o, Step{Action: o.Doing.Action, Resource: target.Resource})
	if e.context.Err() != nil {
		return false // the next engine does it again
	}
	return e.commit(s, func() {
		if err != nil {
			e.stepFailed(s, o, err)
			return
		}
		began, ended := createInProgress, createComplete
		if o.Doing.Action == Update || o.Doing.Replacing {
			began, ended = updateInProgress, updateComplete
		}
		if o.Doing.Action == Create {
			e.show(s, target, began, "Resource creation Initiated")
		}
		e.show(s, target, ended, "")
		o.Done, o.Doing = append(o.Done, o.Doing.LogicalID), nil
	})
}

// stepFailed tells of a resource that failed and turns the operation back.
func (e *Engine) stepFailed(s *Stack, o *operation, err error) {
	id, verb, status := o.Doing.LogicalID, "create", createFailed
	shown := *s.Resources[id]
	if o.Doing.Action == Update || o.Doing.Replacing {
		verb, status = "update", updateFailed
	}
	if _, there := errors.AsType[*Failure](err); there && o.Doing.Action == Create {
		shown.PhysicalID = o.Targets[id].PhysicalID
		e.show(s, &shown, s.Resources[id].Status, "Resource creation Initiated")
	} else if o.Doing.Action == Create {
		o.Made = o.Made[:len(o.Made)-1]
	}
	e.show(s, &shown, status, o.reasonOf(err))
	o.Failed, o.Doing = append(o.Failed, failed{id, verb}), nil
	e.turnBack(s, o)
}

// finish gives the stack what the operation has made, and what is left over to the clean-up.
func (e *Engine) finish(s *Stack, o *operation) {
	s.Template, s.Settings, s.Outputs, s.Imports = o.Next, o.Settings, o.Evaluated.Outputs, o.Evaluated.Imports
	s.Description, s.Parameters = o.Evaluated.Description, parameters(o.Next, o.Evaluated)
	s.ChangeSetID = o.ChangeSetID
	if o.Kind == creation {
		o.Phase, o.Final = ending, createComplete
		return
	}
	e.become(s, updateCleanup, "")
	o.Phase, o.Final, o.Garbage = deleting, updateComplete, nil
	for _, r := range backwards(o.Found) {
		if kept, there := o.Targets[r.LogicalID]; !there || !kept.is(r) {
			o.Garbage = append(o.Garbage, r)
		}
	}
	// What an operation before this one has made and this one does not have, after a failure
	// without rollback.
	for _, r := range slices.Backward(o.Made) {
		if kept, there := o.Targets[r.LogicalID]; !there || !kept.is(r) {
			o.Garbage = append(o.Garbage, r)
		}
	}
}

// same compares values as JSON.
func same(a, b any) bool { return template.JSON(a) == template.JSON(b) }
