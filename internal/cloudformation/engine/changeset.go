package engine

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"cognito-m2m/internal/partition"
)

// ChangeSet is a change that a stack may get.
type ChangeSet struct {
	ID, Name, Type          string // ID is the ARN; Type is CREATE or UPDATE
	CreatedAt               time.Time
	Status, ExecutionStatus string
	Act                     act    // its creation, in events
	Reason                  string `json:",omitempty"`
	Description             string `json:",omitempty"`
	IncludeNestedStacks     bool
	Input                   Input // as it was asked for, without the template
	Template                *Template
	Parameters              []Parameter
	// Changes are listed as they are without values and with them: these are not the same.
	Changes, ValuedChanges []Change
	// Warning is the status reason where values are asked for.
	Warning string `json:",omitempty"`
}

// The statuses of change sets.
const (
	failedStatus = "FAILED"
	available    = "AVAILABLE"
	unavailable  = "UNAVAILABLE"
	executing    = "EXECUTE_IN_PROGRESS"
	executed     = "EXECUTE_COMPLETE"
	notExecuted  = "EXECUTE_FAILED"
	outdated     = "OBSOLETE"
)

const noChanges = "The submitted information didn't contain changes. Submit different information to create a change set."

var changeSetName = regexp.MustCompile(`^[a-zA-Z][-a-zA-Z0-9]{0,127}$`)

// ChangeSetInput is a request for a change set.
type ChangeSetInput struct {
	Input
	Name, Type, Description string
	IncludeNestedStacks     bool
}

// CreateChangeSet works out what a template changes of a stack. A new stack is in review after
// that.
//
// Parity: CloudFormation: a change set is made at once
func (e *Engine) CreateChangeSet(ctx context.Context, in Place, input ChangeSetInput) (id, stackID string, err error) {
	if err := checkName(input.StackName); err != nil {
		return "", "", err
	}
	if !changeSetName.MatchString(input.Name) {
		return "", "", invalid("1 validation error detected: Value '%s' at 'changeSetName' failed to satisfy constraint: "+
			"Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*", input.Name)
	}
	had := e.snapshot(in, input.StackName)
	if err := changeable(had, input); err != nil {
		return "", "", err
	}
	if set := had.waiting(input.Name); set != nil {
		return again(set, had, input)
	}
	next, err := e.template(ctx, in, input.Input, had)
	if err != nil {
		return "", "", err
	}
	base := had
	if base == nil {
		base = e.newStack(in, input.StackName)
	}
	set, err := e.changeSet(ctx, base, next, input)
	if err != nil {
		return "", "", err
	}
	return e.keep(base, set, input)
}

// waiting is the change set of a name that was not executed, nil if there is none. The stack may be
// nil.
func (s *Stack) waiting(name string) *ChangeSet {
	for i, set := range s.changeSets() {
		if set.Name == name && set.ExecutionStatus != executed && set.ExecutionStatus != notExecuted {
			return &s.ChangeSets[i]
		}
	}
	return nil
}

// again is the answer to a request for a change set whose name another one has: that one, if the
// request has come before.
func again(set *ChangeSet, s *Stack, input ChangeSetInput) (id, stackID string, err error) {
	if input.Token != "" && set.Input.Token == input.Token {
		return set.ID, s.ID, nil
	}
	return "", "", &Refusal{Code: "AlreadyExistsException", Message: "ChangeSet [" + input.Name + "] already exists"}
}

// changeable refuses a change set that does not fit the stack, which is nil if there is none.
func changeable(had *Stack, input ChangeSetInput) error {
	switch {
	case input.Type == "CREATE" && (had == nil || had.InReview()):
		if had == nil && strings.HasPrefix(input.StackName, "arn:") {
			return invalid("Stack [%s] does not exist", input.StackName)
		}
		return nil
	case input.Type == "CREATE":
		return invalid("Stack [%s] already exists and cannot be created again with the changeSet [%s].", input.StackName, input.Name)
	case input.Type != "UPDATE" && input.Type != "":
		return invalid("ChangeSetType %s is not simulated here: CREATE and UPDATE are.", input.Type)
	case had == nil:
		return invalid("Stack [%s] does not exist", input.StackName)
	}
	return notUpdatable(had)
}

// changeSets are those of a stack, which may be nil.
func (s *Stack) changeSets() []ChangeSet {
	if s == nil {
		return nil
	}
	return s.ChangeSets
}

// changeSet works out a change set of a stack.
func (e *Engine) changeSet(ctx context.Context, s *Stack, next *Template, input ChangeSetInput) (ChangeSet, error) {
	next.of(s)
	operation := Operation{ID: uuid.NewString(), Before: s.Template, Next: next}
	evaluated, err := e.evaluate(ctx, operation)
	if err != nil {
		return ChangeSet{}, err
	}
	if err := checkTypes(s, evaluated); err != nil {
		return ChangeSet{}, err
	}
	set := ChangeSet{
		ID:   "arn:" + partition.Of(s.Region) + ":cloudformation:" + s.Region + ":" + s.AccountID + ":changeSet/" + input.Name + "/" + uuid.NewString(),
		Name: input.Name, Type: input.Type, CreatedAt: e.now(), Description: input.Description,
		IncludeNestedStacks: input.IncludeNestedStacks, Input: input.Input, Act: newAct("CREATE_CHANGESET"),
		Template: next, Parameters: parameters(next, evaluated), Status: createComplete, ExecutionStatus: available,
	}
	set.Input.Text = ""
	e.compare(s, &set, evaluated)
	if input.Type != "CREATE" && s.Paused == nil && !changes(s, next, evaluated) {
		set.Status, set.ExecutionStatus, set.Reason = failedStatus, unavailable, noChanges
		set.Changes, set.ValuedChanges = nil, nil
	}
	return set, nil
}

// maxChangeSets of a stack are kept, the newest.
//
// Parity: CloudFormation: how much of the past is kept
const maxChangeSets = 20

// keep adds a change set to a stack. Without the stack, there is one in review from now on.
func (e *Engine) keep(base *Stack, set ChangeSet, input ChangeSetInput) (id, stackID string, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, there := e.stacks[base.ID]
	if !there {
		if other := e.find(base.Place, base.Name); other != nil {
			return "", "", taken(base.Name)
		}
		s = base
		e.stacks[s.ID] = s
	}
	if other := s.waiting(set.Name); other != nil { // it was made meanwhile
		return again(other, s, input)
	}
	err = e.try(s, func() {
		if !there {
			e.become(s, reviewInProgress, userInitiated)
			s.Events[len(s.Events)-1].Act = set.Act
			s.Template = nil
		}
		s.ChangeSets = append(slices.Clone(s.ChangeSets), set)
		s.ChangeSets = s.ChangeSets[max(0, len(s.ChangeSets)-maxChangeSets):]
	})
	if err != nil && !there {
		delete(e.stacks, s.ID)
	}
	return set.ID, s.ID, e.unsaved(err)
}

// FindChangeSet shows a change set by its ARN, or by its name on a stack. It returns false if there
// is none; stackFound says whether there is the stack.
func (e *Engine) FindChangeSet(in Place, name, stack string, look func(*Stack, *ChangeSet)) (found, stackFound bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, i, stackFound := e.changeSetIn(in, name, stack)
	if i < 0 {
		return false, stackFound
	}
	look(s, &s.ChangeSets[i])
	return true, true
}

// changeSetIn is where a change set is, the newest of its name; the index is -1 if there is none.
func (e *Engine) changeSetIn(in Place, name, stack string) (s *Stack, index int, stackFound bool) {
	if strings.HasPrefix(name, "arn:") {
		for _, s := range e.stacks {
			if i := slices.IndexFunc(s.ChangeSets, func(c ChangeSet) bool { return c.ID == name }); i >= 0 && s.Place == in {
				return s, i, true
			}
		}
		return nil, -1, stack == "" || e.find(in, stack) != nil
	}
	if s = e.find(in, stack); s == nil {
		return nil, -1, false
	}
	for i, set := range slices.Backward(s.ChangeSets) {
		if set.Name == name {
			return s, i, true
		}
	}
	return s, -1, true
}

// ErrNoStack and ErrNoChangeSet are for what each operation has words of its own.
var (
	ErrNoStack     = errors.New("there is no such stack")
	ErrNoChangeSet = errors.New("there is no such change set")
)

// DeleteChangeSet forgets a change set.
func (e *Engine) DeleteChangeSet(in Place, name, stack string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, i, stackFound := e.changeSetIn(in, name, stack)
	switch {
	case !stackFound:
		return ErrNoStack
	case i < 0:
		return ErrNoChangeSet
	case s.ChangeSets[i].ExecutionStatus == executing:
		return notIn(s.ChangeSets[i].ID, "deleted", "execution status", executing)
	}
	return e.unsaved(e.try(s, func() { s.ChangeSets = slices.Delete(slices.Clone(s.ChangeSets), i, i+1) }))
}

func notIn(id, done, what, status string) error {
	return &Refusal{Code: "InvalidChangeSetStatus", Message: "ChangeSet [" + id + "] cannot be " + done + " in its current " + what + " of [" + status + "]"}
}

// ExecuteInput is a request to execute a change set.
type ExecuteInput struct {
	Name, StackName                       string
	DisableRollback, RetainExceptOnCreate bool
	Token                                 string
}

// ExecuteChangeSet begins to give a stack its change. The stack has its new status when it returns.
//
// Parity: CloudFormation: change sets that can't be executed
func (e *Engine) ExecuteChangeSet(in Place, input ExecuteInput) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, i, stackFound := e.changeSetIn(in, input.Name, input.StackName)
	switch {
	case !stackFound:
		return ErrNoStack
	case i < 0:
		return ErrNoChangeSet
	}
	set := s.ChangeSets[i]
	switch {
	case s.again(request{input.Token, "ExecuteChangeSet"}):
		return nil
	case set.Status == failedStatus:
		return notIn(set.ID, "executed", "status", set.Status)
	case set.ExecutionStatus != available:
		return notIn(set.ID, "executed", "execution status", set.ExecutionStatus)
	}
	if !s.InReview() {
		if err := notUpdatable(s); err != nil {
			return err
		}
	}
	return e.unsaved(e.execute(s, set, input))
}

func (e *Engine) execute(s *Stack, set ChangeSet, input ExecuteInput) error {
	asked := set.Input
	asked.Token = input.Token
	asked.Settings.DisableRollback = asked.Settings.DisableRollback || input.DisableRollback
	asked.RetainExceptOnCreate = asked.RetainExceptOnCreate || input.RetainExceptOnCreate
	next, status := *set.Template, updateInProgress
	var o *operation
	if s.InReview() {
		o, status = e.creationOf(s, &next, asked), createInProgress
	} else {
		o = e.updateOf(s, &next, asked)
	}
	o.ChangeSetID = set.ID
	return e.start(s, o, "ExecuteChangeSet", func() {
		s.ChangeSets, s.UpdatedAt = obsolete(s.ChangeSets, set.ID), e.now()
		if o.Kind == creation {
			s.Template, s.Settings, s.ChangeSetID = &next, asked.Settings, set.ID
		}
		e.become(s, status, userInitiated)
	})
}

// obsolete are the change sets once one of them is being executed, or none of them by "".
func obsolete(sets []ChangeSet, id string) []ChangeSet {
	sets = slices.Clone(sets)
	for i := range sets {
		switch {
		case sets[i].ID == id:
			sets[i].ExecutionStatus = executing
		case sets[i].ExecutionStatus == available:
			sets[i].ExecutionStatus = outdated
		}
	}
	return sets
}

// executedAs gives the change set of an operation its last status.
func executedAs(sets []ChangeSet, id, status string) []ChangeSet {
	sets = slices.Clone(sets)
	for i := range sets {
		if sets[i].ID == id {
			sets[i].ExecutionStatus = status
		}
	}
	return sets
}
