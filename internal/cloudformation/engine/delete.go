package engine

import (
	"slices"
	"strings"
)

// deleteNext deletes the next resource that the stack no longer has.
func (e *Engine) deleteNext(s *Stack, o *operation) bool {
	if len(o.Garbage) == 0 {
		return e.commit(s, func() { o.Phase = ending })
	}
	r := o.Garbage[0]
	if e.retained(s, o, r) {
		err := e.apply(o, Step{Action: Retain, Resource: *r, Rollback: o.undoing()})
		if e.context.Err() != nil {
			return false
		}
		if err != nil {
			e.config.Log.Error("a resource can't be retained", "stack", s.Name, "resource", r.LogicalID, "error", err)
		}
		return e.commit(s, func() { e.leave(s, o, r, deleteSkipped) })
	}
	if o.Doing == nil && !e.commit(s, func() {
		o.Doing = &doing{LogicalID: r.LogicalID, Action: Delete}
		e.mark(s, o, r, deleteInProgress)
	}) {
		return false
	}
	err := e.apply(o, Step{Action: Delete, Resource: *r, Rollback: o.undoing()})
	if e.context.Err() != nil {
		return false
	}
	return e.commit(s, func() {
		if err == nil {
			e.leave(s, o, r, deleteComplete)
			return
		}
		e.notDeleted(s, o, r, o.reasonOf(err))
	})
}

// undoing says that what is deleted was made by this very operation.
func (o *operation) undoing() bool {
	return o.Final == rollbackComplete || o.Final == updateRollbackComplete || o.Kind == creation
}

// cleaning says that the deletions are the clean-up of an update.
func (o *operation) cleaning() bool {
	return o.Final == updateComplete || o.Final == updateRollbackComplete
}

// retained says that a resource stays when its stack gives it up.
//
// Parity: CloudFormation: which policy a replaced resource has
func (e *Engine) retained(s *Stack, o *operation, r *Resource) bool {
	if slices.Contains(o.Retain, r.LogicalID) {
		return true
	}
	policy := r.DeletionPolicy
	if target, there := o.Targets[r.LogicalID]; o.Final == updateComplete && there && !target.is(r) {
		policy = target.UpdateReplacePolicy
	}
	if o.undoing() && (o.RetainExceptOnCreate || policy == "RetainExceptOnCreate") {
		return false
	}
	return strings.HasPrefix(policy, "Retain")
}

// mark gives a resource that is being deleted a status, and tells of it.
func (e *Engine) mark(s *Stack, o *operation, r *Resource, status string) {
	e.markFor(s, o, r, [2]string{status, ""})
}

func (e *Engine) markFor(s *Stack, o *operation, r *Resource, said [2]string) {
	if o.cleaning() {
		e.tellOfCleanup(s, *r, said[0], said[1])
	} else {
		e.tell(s, *r, said[0], said[1])
	}
	if current := s.Resources[r.LogicalID]; current != nil && current.is(r) {
		e.set(s, current, said[0], said[1])
	}
}

// leave takes a resource off the stack.
func (e *Engine) leave(s *Stack, o *operation, r *Resource, status string) {
	e.mark(s, o, r, status)
	if current := s.Resources[r.LogicalID]; current != nil && current.is(r) {
		delete(s.Resources, r.LogicalID)
	}
	o.Garbage, o.Doing = o.Garbage[1:], nil
}

// notDeleted tells of a deletion that failed. A clean-up goes on without it. Otherwise the resource
// stays on the stack, and so does all that it depends on.
//
// Parity: CloudFormation: a resource that can't be deleted
func (e *Engine) notDeleted(s *Stack, o *operation, r *Resource, reason string) {
	needs := needed(s.Resources, r.LogicalID)
	e.markFor(s, o, r, [2]string{deleteFailed, reason})
	o.Garbage, o.Doing = o.Garbage[1:], nil
	if o.cleaning() {
		o.Uncleaned = true
		if current := s.Resources[r.LogicalID]; current != nil && current.is(r) {
			delete(s.Resources, r.LogicalID)
		}
		return
	}
	o.Failed = append(o.Failed, failed{r.LogicalID, "delete"})
	left := []*Resource{r}
	o.Garbage = slices.DeleteFunc(slices.Clone(o.Garbage), func(other *Resource) bool {
		if needs[other.LogicalID] {
			left = append(left, other)
		}
		return needs[other.LogicalID]
	})
	for _, r := range left {
		if current := s.Resources[r.LogicalID]; current == nil || !current.is(r) {
			s.Left = append(slices.Clone(s.Left), r)
		}
	}
}

// end tells the provider what the stack has from now on, and gives the stack its last status.
func (e *Engine) end(s *Stack, o *operation) bool {
	if o.Before == nil && o.Next == nil { // it was in review
		return e.commit(s, func() { e.settle(s, o) })
	}
	if err := e.config.Provider.End(e.context, o.provider(), o.finalTemplate()); err != nil {
		if e.context.Err() != nil {
			return false
		}
		e.config.Log.Error("an operation can't be ended", "stack", s.Name, "error", err)
	}
	return e.commit(s, func() {
		e.settle(s, o)
		if o.Deleting && s.Status == createComplete { // it was asked for after the last resource
			s.Operation = deletionOf(s, DeleteInput{Token: o.DeletingToken})
			e.become(s, deleteInProgress, userInitiated)
			e.begin(s)
		}
	})
}

// finalTemplate is the one that the stack has in the end; nil if the stack is gone.
func (o *operation) finalTemplate() *Template {
	switch {
	case len(o.Failed) > 0 && o.Before == nil, o.Final == createComplete, o.Final == updateComplete:
		return o.Next
	case len(o.Failed) > 0, o.Final == updateRollbackComplete:
		return o.Before
	}
	return nil
}

// notCleaned is the reason of an update whose clean-up failed.
//
// Source: serverless/serverless #9144, events of AWS of 18 March 2021.
const notCleaned = "Update successful. One or more resources could not be deleted."

// settle gives the stack the last status of an operation.
func (e *Engine) settle(s *Stack, o *operation) {
	final, reason := o.Final, ""
	if o.Uncleaned && final == updateComplete {
		reason = notCleaned
	}
	if len(o.Failed) > 0 {
		reason = o.summary()
		final = strings.TrimSuffix(final, "COMPLETE") + "FAILED"
	}
	if final != createComplete && o.Final != updateComplete && o.Final != updateRollbackComplete {
		s.DeletedAt, s.ChangeSetID = e.now(), ""
	}
	for id, r := range s.Resources { // what failed before it was there
		if !r.made() {
			delete(s.Resources, id)
		}
	}
	if o.ChangeSetID != "" {
		status := executed
		if final != createComplete && final != updateComplete {
			status = notExecuted
		}
		s.ChangeSets = executedAs(s.ChangeSets, o.ChangeSetID, status)
	}
	e.become(s, final, reason)
	s.Operation = nil
	if s.Deleted() {
		s.TerminationProtection, s.Imports = false, nil
		e.forget(s.Place)
	}
}

// maxDeleted stacks of an account and Region are kept, the newest.
//
// Parity: CloudFormation: how much of the past is kept
const maxDeleted = 20

// forget drops the oldest deleted stacks.
func (e *Engine) forget(in Place) {
	deleted := slices.DeleteFunc(e.ordered(in), func(s *Stack) bool { return !s.Deleted() })
	slices.SortFunc(deleted, func(a, b *Stack) int { return b.DeletedAt.Compare(a.DeletedAt) })
	for _, s := range deleted[min(maxDeleted, len(deleted)):] {
		if err := e.config.Save(s.ID, nil); err != nil {
			e.config.Log.Error("a deleted stack can't be forgotten", "stack", s.ID, "error", err)
			continue
		}
		delete(e.stacks, s.ID)
	}
}
