package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/journal"
)

// saved is a stack as its record has it. A resource, a template and a plan are not changed: another
// one takes their place. Of a change set, the execution status alone is.
type saved struct {
	record, changes int // bytes of all of the stack, and of the changes after it

	head       string
	template   *Template
	resources  map[string]*Resident
	event      string // the id of the newest
	changeSets []ChangeSet
	paused     *operation
	operation  savedOperation
}

type savedOperation struct {
	*operation

	rest          string
	plan          *plan
	done, touched []string
	made, garbage []*Resource
}

// asSaved is the stack as a save would keep it now.
func (s *Stack) asSaved() *saved {
	head := *s
	head.Resources, head.Operation, head.Paused = nil, nil, nil
	now := &saved{
		head: template.JSON(&head), template: s.Template, resources: maps.Clone(s.Resources), changeSets: s.ChangeSets, paused: s.Paused,
	}
	if len(s.Events) > 0 {
		now.event = s.Events[len(s.Events)-1].ID
	}
	if o := s.Operation; o != nil {
		rest := *o
		rest.Done, rest.Touched, rest.Made, rest.Garbage = nil, nil, nil, nil
		now.operation = savedOperation{
			operation: o, rest: template.JSON(&rest), plan: o.plan,
			done: slices.Clone(o.Done), touched: slices.Clone(o.Touched), made: slices.Clone(o.Made), garbage: slices.Clone(o.Garbage),
		}
	}
	return now
}

// change is what a save changes of a stack: a line after all of it. What is nil stays.
type change struct {
	Stack      json.RawMessage      `json:",omitempty"` // without what has a field here
	Template   *other[*Template]    `json:",omitempty"`
	Resources  map[string]*Resident `json:",omitempty"` // nil takes one away
	Events     []Event              `json:",omitempty"` // the new ones
	ChangeSets *other[[]keptSet]    `json:",omitempty"`
	Paused     *other[*pausedWhole] `json:",omitempty"`
	Operation  *operationChange     `json:",omitempty"`
}

// other is what takes the place of what was there.
type other[T any] struct{ Is T }

type pausedWhole struct {
	Operation *operation
	Plan      *plan
}

// keptSet is a change set; without Set, the one that was there, which may have another status.
type keptSet struct {
	ID, ExecutionStatus string
	Set                 *ChangeSet `json:",omitempty"`
}

// operationChange changes the operation that is under way.
type operationChange struct {
	Over, New     bool                   `json:",omitempty"` // there is none any more; it is another one
	Rest          json.RawMessage        `json:",omitempty"` // without what has a field here
	Plan          *plan                  `json:",omitempty"`
	Done, Touched *listChange[string]    `json:",omitempty"`
	Made, Garbage *listChange[*Resource] `json:",omitempty"`
}

// listChange is how a list has changed: so many are gone from its beginning, so many after them are
// kept, and then come others.
type listChange[T comparable] struct {
	Gone, Kept int `json:",omitempty"`
	Added      []T `json:",omitempty"`
}

// since is what has changed since the last save. now is the stack as it is.
func (s *Stack) since(now *saved) (c change) {
	before := s.saved
	if before.head != now.head {
		c.Stack = json.RawMessage(now.head)
	}
	if before.template != now.template {
		c.Template = &other[*Template]{now.template}
	}
	if before.paused != now.paused {
		c.Paused = &other[*pausedWhole]{}
		if now.paused != nil {
			c.Paused.Is = &pausedWhole{now.paused, now.paused.plan}
		}
	}
	c.Resources = changedResources(before.resources, now.resources)
	c.Events = s.eventsAfter(before.event)
	c.ChangeSets = changedSets(before.changeSets, now.changeSets)
	c.Operation = before.operation.to(now.operation)
	return c
}

func changedResources(before, now map[string]*Resident) map[string]*Resident {
	changed := map[string]*Resident{}
	for id, r := range now {
		if before[id] != r {
			changed[id] = r
		}
	}
	for id := range before {
		if _, stays := now[id]; !stays {
			changed[id] = nil
		}
	}
	return changed
}

// eventsAfter are the events after the one with an id.
func (s *Stack) eventsAfter(id string) []Event {
	first := len(s.Events)
	for first > 0 && s.Events[first-1].ID != id {
		first--
	}
	return s.Events[first:]
}

func changedSets(before, now []ChangeSet) *other[[]keptSet] {
	same := func(a, b ChangeSet) bool { return a.ID == b.ID && a.ExecutionStatus == b.ExecutionStatus }
	if slices.EqualFunc(before, now, same) {
		return nil
	}
	sets := []keptSet{}
	for i, set := range now {
		kept := keptSet{ID: set.ID, ExecutionStatus: set.ExecutionStatus}
		if setOf(before, set.ID) == nil {
			kept.Set = &now[i]
		}
		sets = append(sets, kept)
	}
	return &other[[]keptSet]{sets}
}

func setOf(sets []ChangeSet, id string) *ChangeSet {
	if i := slices.IndexFunc(sets, func(set ChangeSet) bool { return set.ID == id }); i >= 0 {
		return &sets[i]
	}
	return nil
}

// to is what makes an operation what it is now, nil if it is that.
func (before savedOperation) to(now savedOperation) *operationChange {
	c := operationChange{New: now.operation != before.operation}
	switch {
	case now.operation == nil && c.New:
		return &operationChange{Over: true}
	case c.New:
		before = savedOperation{}
	}
	if before.rest != now.rest {
		c.Rest = json.RawMessage(now.rest)
	}
	if before.plan != now.plan {
		c.Plan = now.plan
	}
	c.Done, c.Touched = listChanged(before.done, now.done), listChanged(before.touched, now.touched)
	c.Made, c.Garbage = listChanged(before.made, now.made), listChanged(before.garbage, now.garbage)
	if c.Rest == nil && c.Plan == nil && c.Done == nil && c.Touched == nil && c.Made == nil && c.Garbage == nil {
		return nil
	}
	return &c
}

func listChanged[T comparable](before, now []T) *listChange[T] {
	var c listChange[T]
	if len(now) > 0 {
		c.Gone = max(0, slices.Index(before, now[0]))
	}
	for rest := before[c.Gone:]; c.Kept < min(len(rest), len(now)) && rest[c.Kept] == now[c.Kept]; {
		c.Kept++
	}
	c.Added = now[c.Kept:]
	if c.Kept == len(before) && len(c.Added) == 0 {
		return nil
	}
	return &c
}

// of is the list after the change.
func (c *listChange[T]) of(list []T) ([]T, error) {
	if c == nil {
		return list, nil
	}
	if c.Gone < 0 || c.Kept < 0 || c.Gone+c.Kept > len(list) {
		return nil, errors.New("a change is of a longer list")
	}
	return append(list[c.Gone:c.Gone+c.Kept], c.Added...), nil
}

// replay makes the changes that stand after all of the stack.
func (s *Stack) replay(lines []byte) error {
	var changes []change
	err := journal.Each(lines, func(line []byte) error {
		var c change
		if err := decode(line, &c); err != nil {
			return err
		}
		changes = append(changes, c)
		return nil
	})
	for _, c := range changes {
		if err == nil {
			err = s.take(c)
		}
	}
	if err != nil {
		return fmt.Errorf("the changes: %w", err)
	}
	return nil
}

// decode decodes a line, and keeps numbers as they are.
func decode(line []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows in the line")
	}
	return nil
}

// take makes a change.
func (s *Stack) take(c change) error {
	if c.Stack != nil {
		var head Stack
		if err := decode(c.Stack, &head); err != nil {
			return err
		}
		head.Template, head.Resources, head.Events, head.ChangeSets = s.Template, s.Resources, s.Events, s.ChangeSets
		head.Operation, head.Paused = s.Operation, s.Paused
		*s = head
	}
	if c.Template != nil {
		s.Template = c.Template.Is
	}
	if s.Resources == nil {
		s.Resources = map[string]*Resident{}
	}
	maps.Copy(s.Resources, c.Resources)
	maps.DeleteFunc(s.Resources, func(_ string, r *Resident) bool { return r == nil })
	for _, event := range c.Events {
		s.addEvent(event)
	}
	if c.Paused != nil {
		if s.Paused = nil; c.Paused.Is != nil && c.Paused.Is.Operation != nil {
			s.Paused = c.Paused.Is.Operation
			s.Paused.plan = c.Paused.Is.Plan
		}
	}
	return errors.Join(s.takeSets(c.ChangeSets), s.takeOperation(c.Operation))
}

func (s *Stack) takeSets(sets *other[[]keptSet]) error {
	if sets == nil {
		return nil
	}
	before := s.ChangeSets
	s.ChangeSets = nil
	for _, kept := range sets.Is {
		set := kept.Set
		if set == nil {
			set = setOf(before, kept.ID)
		}
		if set == nil {
			return errors.New("a change set is missing")
		}
		s.ChangeSets = append(s.ChangeSets, *set)
		s.ChangeSets[len(s.ChangeSets)-1].ExecutionStatus = kept.ExecutionStatus
	}
	return nil
}

func (s *Stack) takeOperation(c *operationChange) error {
	if c == nil {
		return nil
	}
	before := s.Operation
	if s.Operation = nil; c.Over {
		return nil
	}
	if c.New {
		before = &operation{}
	}
	if before == nil {
		return errors.New("a change is of an operation that is missing")
	}
	o := &operation{}
	if *o = *before; c.Rest != nil {
		*o = operation{}
		if err := decode(c.Rest, o); err != nil {
			return err
		}
		o.plan = before.plan
	}
	if c.Plan != nil {
		o.plan = c.Plan
	}
	var failures [4]error
	o.Done, failures[0] = c.Done.of(before.Done)
	o.Touched, failures[1] = c.Touched.of(before.Touched)
	o.Made, failures[2] = c.Made.of(before.Made)
	o.Garbage, failures[3] = c.Garbage.of(before.Garbage)
	s.Operation = o
	return errors.Join(failures[:]...)
}
