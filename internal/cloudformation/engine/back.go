package engine

import "slices"

const byUser = "Rollback requested by user."

// turnBack begins the rollback of an operation that failed or was cancelled, or leaves it as it is
// where no rollback is wanted. The lock is held.
func (e *Engine) turnBack(s *Stack, o *operation) {
	o.Doing, o.Done = nil, nil
	reason := o.Reason + o.summary()
	switch {
	case o.Deleting:
		e.turnToDeletion(s, o, userInitiated)
	case o.Kind == creation && o.OnFailure == "DELETE" && !o.Cancelled:
		e.turnToDeletion(s, o, reason+"Delete requested by user.")
	case o.Settings.DisableRollback && !o.Cancelled || o.OnFailure == "DO_NOTHING":
		e.pause(s, o, map[kind]string{creation: createFailed, update: updateFailed}[o.Kind], reason)
	default:
		e.rollBack(s, o, reason)
	}
}

// rollBack begins the rollback.
//
// Parity: CloudFormation: a failed creation that is updated
func (e *Engine) rollBack(s *Stack, o *operation, reason string) {
	o.Untold = nil
	for _, f := range o.Failed {
		if f.Verb == "update" {
			o.Untold = append(o.Untold, f.LogicalID)
		}
	}
	o.Doing, o.Done, o.Failed, o.Act = nil, nil, nil, newAct("ROLLBACK")
	if o.Before == nil { // there is nothing to go back to
		e.become(s, rollbackInProgress, reason+byUser)
		o.Phase, o.Final, o.Garbage = deleting, rollbackComplete, reversed(o.Made)
		return
	}
	if o.Cancelled {
		reason = userInitiated
	}
	e.become(s, updateRollbackInProgress, reason)
	o.Phase = returning
}

// turnToDeletion lets the creation of a stack end in its deletion.
func (e *Engine) turnToDeletion(s *Stack, o *operation, reason string) {
	o.Act = newAct("DELETE_STACK")
	if o.Deleting {
		o.Token = o.DeletingToken
	}
	e.become(s, deleteInProgress, reason)
	o.Phase, o.Final, o.Garbage, o.Failed = deleting, deleteComplete, reversed(o.Made), nil
}

// pause ends an operation that failed as it stands. It waits for a rollback, an update or a
// deletion.
func (e *Engine) pause(s *Stack, o *operation, status, reason string) {
	s.ChangeSets = executedAs(s.ChangeSets, o.ChangeSetID, notExecuted)
	e.become(s, status, reason)
	s.Paused, s.Operation = o, nil
}

func reversed(made []*Resource) []*Resource {
	all := slices.Clone(made)
	slices.Reverse(all)
	return all
}

// back takes the next resource of an update back to what it was. Done with the last one, it goes on
// to delete what the update has made.
//
// Source: Kotaimen/awscfncli, README, a log of AWS of 13 January 2017: a resource whose update
// failed has no second UPDATE_IN_PROGRESS.
func (e *Engine) back(s *Stack, o *operation) bool {
	if o.Doing != nil {
		return e.backStep(s, o)
	}
	for _, id := range order(o.Found) {
		if slices.Contains(o.Done, id) || !slices.Contains(o.Touched, id) || !o.Found[id].made() {
			continue
		}
		return e.commit(s, func() {
			if slices.Contains(o.Skip, id) {
				skipped := *o.Found[id]
				skipped.Skipped = true
				e.show(s, &skipped, updateComplete, "")
				o.Done = append(o.Done, id)
				return
			}
			o.Doing = &doing{LogicalID: id, Action: Update}
			if slices.Contains(o.Untold, id) {
				e.set(s, o.Found[id], updateInProgress, "")
				return
			}
			e.show(s, o.Found[id], updateInProgress, "")
		})
	}
	return e.commit(s, func() {
		e.become(s, updateRollbackCleanup, "")
		o.Phase, o.Final = deleting, updateRollbackComplete
		// What was made again in place of what replaced it is what was found.
		o.Garbage = slices.DeleteFunc(reversed(o.Made), func(r *Resource) bool {
			found := o.Found[r.LogicalID]
			return found.made() && found.is(r)
		})
	})
}

// backStep updates a resource to what it was. If that fails, the rollback waits to be continued.
func (e *Engine) backStep(s *Stack, o *operation) bool {
	found := o.Found[o.Doing.LogicalID]
	err := e.apply(o, Step{Action: Update, Resource: found.Resource, Rollback: true})
	if e.context.Err() != nil {
		return false
	}
	return e.commit(s, func() {
		if err == nil {
			e.show(s, found, updateComplete, "")
			o.Done, o.Doing = append(o.Done, o.Doing.LogicalID), nil
			return
		}
		e.show(s, found, updateFailed, o.reasonOf(err))
		o.Failed, o.Doing = []failed{{found.LogicalID, "update"}}, nil
		o.Untold = slices.DeleteFunc(slices.Clone(o.Untold), func(id string) bool { return id == found.LogicalID })
		e.pause(s, o, updateRollbackFailed, o.summary())
	})
}
