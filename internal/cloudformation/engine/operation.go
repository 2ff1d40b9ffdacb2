package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// operation is what is under way with a stack: all that it takes to go on with it, or back.
type operation struct {
	ID          string
	Kind        kind
	Phase       phase
	Settings    Settings
	ChangeSetID string `json:",omitempty"`
	Token       string `json:",omitempty"`
	// Act is what the events of the moment belong to: a rollback is one of its own.
	Act act
	// Policy is the stack policy that an update goes by; PolicyDuring is it if it counts for this
	// update alone.
	Policy, PolicyDuring string `json:",omitempty"`
	// OnFailure of a creation is ROLLBACK, DELETE or DO_NOTHING.
	OnFailure            string   `json:",omitempty"`
	RetainExceptOnCreate bool     `json:",omitempty"`
	Retain               []string `json:",omitempty"` // what a deletion leaves
	Skip                 []string `json:",omitempty"` // what a rollback leaves
	// Untold are the resources of which a rollback tells the end alone: their update failed.
	Untold []string `json:",omitempty"`

	*plan     `json:"-"`
	Doing     *doing      `json:",omitempty"` // the step that is under way
	Done      []string    `json:",omitempty"` // of this phase
	Touched   []string    `json:",omitempty"` // what was created, updated or replaced
	Made      []*Resource `json:",omitempty"` // what is deleted in a rollback
	Garbage   []*Resource `json:",omitempty"` // what is still to be deleted
	Failed    []failed    `json:",omitempty"`
	Reason    string      `json:",omitempty"` // why it goes back, if no resource failed
	Cancelled bool        `json:",omitempty"`
	Uncleaned bool        `json:",omitempty"` // the clean-up has left something
	Deleting  bool        `json:",omitempty"` // a creation that is to end in a deletion
	// DeletingToken is the token of the request for that deletion.
	DeletingToken string `json:",omitempty"`
	Final         string `json:",omitempty"` // the status in the end
}

// plan is the part of an operation that stays, once it is prepared. It is not changed: another one
// takes its place.
type plan struct {
	Before, Next *Template
	Evaluated    *Evaluated           // without the resources, which are the targets
	Targets      map[string]*Resident // what the resources are to become
	Found        map[string]*Resident // what they were; nil until it is known

	ordered []string // the targets, in the order in which they are made, once it is asked for
}

// order is that in which the targets are made. It is for who works on the operation alone.
func (p *plan) order() []string {
	if p.ordered == nil {
		p.ordered = order(p.Targets)
	}
	return p.ordered
}

// act is what DescribeEvents calls an operation.
type act struct{ ID, Type string }

func newAct(typeName string) act { return act{uuid.NewString(), typeName} }

type kind string

const (
	creation kind = "create"
	update   kind = "update"
	deletion kind = "delete"
)

// doing is a step on a resource.
type doing struct {
	LogicalID string
	Action    Action
	Replacing bool
}

type failed struct{ LogicalID, Verb string }

// phase is what an operation is at. Each has a function that does its next step.
type phase string

const (
	preparing phase = "prepare" // working out what is to be done
	going     phase = "forward" // creating and updating
	returning phase = "back"    // updating to what was found
	deleting  phase = "delete"  // deleting what the stack no longer has
	ending    phase = "end"
)

// provider is the operation as the provider knows it.
func (o *operation) provider() Operation {
	return Operation{ID: o.ID, Before: o.Before, Next: o.Next}
}

// start begins an operation on a stack, after change has given the stack its new status. by is the
// name of the request. The lock is held. The error is that of saving, and then nothing has begun.
func (e *Engine) start(s *Stack, o *operation, by string, change func()) error {
	if o.ID == "" {
		o.ID = uuid.NewString()
	}
	if err := e.try(s, func() {
		s.Operation, s.Paused = o, nil
		s.remember(request{o.Token, by})
		change()
	}); err != nil {
		return err
	}
	e.begin(s)
	return nil
}

// work does one step after the other until the operation is over or the engine is closed. The next
// operation of the stack has a worker of its own.
func (e *Engine) work(s *Stack, o *operation) {
	for e.context.Err() == nil {
		e.mu.Lock()
		over := s.Operation != o
		e.mu.Unlock()
		if over {
			return
		}
		next := true
		switch o.Phase {
		case preparing:
			next = e.prepare(s, o)
		case going:
			next = e.forward(s, o)
		case returning:
			next = e.back(s, o)
		case deleting:
			next = e.deleteNext(s, o)
		case ending:
			next = e.end(s, o)
		}
		if !next {
			return
		}
	}
}

// apply has the provider do a step, unless a fault is to fail it.
func (e *Engine) apply(o *operation, step Step) error {
	if e.config.Slow > 0 {
		select {
		case <-e.context.Done():
			return context.Cause(e.context)
		case <-time.After(e.config.Slow):
		}
	}
	if reason := e.injected(step); reason != "" {
		return &Refusal{Code: "Injected", Message: reason}
	}
	if step.Action == Create || step.Action == Update && !step.Rollback {
		if reason := step.Resource.Fault; reason != "" {
			return &Refusal{Code: "Fault", Message: reason}
		}
	}
	return e.config.Provider.Apply(e.context, o.provider(), step)
}

// Fault fails a resource on purpose, once: the next step that is done to it.
type Fault struct {
	Target string // a logical id or a resource type
	Reason string // "" is a text that says where it comes from
}

// ParseFault reads LOGICAL_ID_OR_TYPE[=reason].
func ParseFault(text string) Fault {
	target, reason, _ := strings.Cut(text, "=")
	return Fault{Target: target, Reason: reason}
}

// injected is the reason of the fault that hits a step, "" if none does. That fault is used up.
func (e *Engine) injected(step Step) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, fault := range e.faults {
		if fault.Target == step.Resource.LogicalID || fault.Target == step.Resource.Type {
			e.faults = slices.Delete(slices.Clone(e.faults), i, i+1)
			return cmp.Or(fault.Reason, "It was to fail (--fail "+fault.Target+")")
		}
	}
	return ""
}

// Unused are the faults that no step was hit by.
func (e *Engine) Unused() []Fault {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.faults)
}

// reasonOf is what an event says of an error.
func (o *operation) reasonOf(err error) string {
	reason := err.Error()
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		reason = refusal.Message
	}
	return o.Before.mask(o.Next.mask(reason))
}

// summary says which resources failed, as CloudFormation does, with a space at the end.
//
// Parity: CloudFormation: words of a rollback
func (o *operation) summary() string {
	var said strings.Builder
	for _, verb := range []string{"create", "update", "delete"} {
		var names []string
		for _, f := range o.Failed {
			if f.Verb == verb {
				names = append(names, f.LogicalID)
			}
		}
		if len(names) > 0 {
			slices.Sort(names)
			said.WriteString("The following resource(s) failed to " + verb + ": [" + strings.Join(names, ", ") + "]. ")
		}
	}
	return said.String()
}
