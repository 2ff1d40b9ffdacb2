package engine

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"cognito-m2m/internal/partition"
)

var (
	stackName   = regexp.MustCompile(`^([a-zA-Z][-a-zA-Z0-9]{0,127}|arn:[-a-zA-Z0-9:/._+]*)$`)
	errNotSaved = &Refusal{Code: "InternalFailure", Message: "The state can't be saved, so nothing was done; the log has the cause."}
)

func checkName(name string) error {
	if stackName.MatchString(name) {
		return nil
	}
	return invalid("1 validation error detected: Value '%s' at 'stackName' failed to satisfy constraint: Member must satisfy "+
		"regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*", name)
}

// unsaved is what the caller is told when a state could not be saved.
func (e *Engine) unsaved(err error) error {
	if err == nil {
		return nil
	}
	e.config.Log.Error("a request is refused", "error", err)
	return errNotSaved
}

// snapshot is a copy of a stack to work with while the lock is not held, nil if there is none.
func (e *Engine) snapshot(in Place, name string) *Stack {
	var found *Stack
	e.View(in, name, func(s *Stack) {
		same := *s
		same.Resources = maps.Clone(s.Resources)
		found = &same
	})
	return found
}

// CreateStack begins to make a stack, and returns its ARN.
func (e *Engine) CreateStack(ctx context.Context, in Place, input Input) (stackID string, err error) {
	if err := checkName(input.StackName); err != nil {
		return "", err
	}
	had := e.snapshot(in, input.StackName)
	switch {
	case had.again(request{input.Token, createStack}):
		return had.ID, nil
	case had != nil && !had.InReview():
		return "", taken(input.StackName)
	}
	next, err := e.template(ctx, in, input, nil)
	if err != nil {
		return "", err
	}
	policy, err := e.policy(ctx, input.Policy)
	if err != nil {
		return "", err
	}
	s := e.newStack(in, input.StackName)
	if had != nil {
		s.ID = had.ID
	}
	operation := e.creationOf(s, next, input)
	if _, err := e.evaluate(ctx, operation.provider()); err != nil {
		return "", err
	}
	operation.Policy = policy
	return e.create(s, operation, input)
}

const createStack = "CreateStack"

// create begins to make a stack, which may be there in review.
func (e *Engine) create(s *Stack, operation *operation, input Input) (stackID string, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	had := e.find(s.Place, input.StackName)
	switch {
	case had == nil:
		e.stacks[s.ID] = s
	case had.again(request{input.Token, createStack}):
		return had.ID, nil
	case had.InReview() && had.ID == s.ID:
		s = had
	default:
		return "", taken(input.StackName)
	}
	err = e.start(s, operation, createStack, func() {
		s.Policy = operation.Policy
		s.ChangeSets = obsolete(s.ChangeSets, "")
		s.Template, s.Settings = operation.Next, input.Settings
		s.TerminationProtection = s.TerminationProtection || input.Protected
		s.CreatedAt = e.now()
		e.become(s, createInProgress, userInitiated)
	})
	if err != nil && had == nil {
		delete(e.stacks, s.ID)
	}
	return s.ID, e.unsaved(err)
}

// evaluate refuses a template for its values, or works out what it comes to.
func (e *Engine) evaluate(ctx context.Context, o Operation) (*Evaluated, error) {
	if err := checkValues(o.Next); err != nil {
		return nil, err
	}
	evaluated, err := e.config.Provider.Evaluate(ctx, o)
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		return nil, &Refusal{Code: refusal.Code, Message: o.Next.mask(refusal.Message)}
	}
	return evaluated, err
}

func taken(name string) error {
	return &Refusal{Code: "AlreadyExistsException", Message: "Stack [" + name + "] already exists"}
}

// newStack is a stack that is not there yet.
func (e *Engine) newStack(in Place, name string) *Stack {
	return &Stack{
		Place: in, Name: name, CreatedAt: e.now(), Resources: map[string]*Resident{},
		ID: "arn:" + partition.Of(in.Region) + ":cloudformation:" + in.Region + ":" + in.AccountID + ":stack/" + name + "/" + versionOne(),
	}
}

// versionOne is a UUID as in a stack's ARN.
func versionOne() string {
	if id, err := uuid.NewUUID(); err == nil {
		return id.String()
	}
	return uuid.NewString()
}

// creationOf is the operation that makes a stack. It gives the template its stack.
func (e *Engine) creationOf(s *Stack, next *Template, input Input) *operation {
	next.of(s)
	return &operation{
		ID: uuid.NewString(), Kind: creation, Phase: preparing, plan: &plan{Next: next}, Settings: input.Settings, Token: input.Token,
		OnFailure: input.OnFailure, RetainExceptOnCreate: input.RetainExceptOnCreate, Act: newAct("CREATE_STACK"),
	}
}

// updateOf is the operation that changes a stack. After a failure without rollback it goes on with
// what that left.
func (e *Engine) updateOf(s *Stack, next *Template, input Input) *operation {
	next.of(s)
	o := &operation{
		ID: uuid.NewString(), Kind: update, Phase: preparing, plan: &plan{Before: s.Template, Next: next}, Settings: input.Settings,
		Token: input.Token, RetainExceptOnCreate: input.RetainExceptOnCreate, Act: newAct("UPDATE_STACK"), Policy: s.Policy,
	}
	if paused := s.Paused; paused != nil {
		o.ID, o.Before, o.Found, o.Made, o.Touched = paused.ID, paused.Before, paused.Found, paused.Made, paused.Touched
	}
	return o
}

func (t *Template) of(s *Stack) {
	t.StackName, t.StackID, t.AccountID, t.Region = s.Name, s.ID, s.AccountID, s.Region
}

// updatable are the statuses in which a stack can be updated.
var updatable = []string{createComplete, updateComplete, updateRollbackComplete, createFailed, updateFailed}

// notUpdatable refuses an update in the status that the stack has.
func notUpdatable(s *Stack) error {
	if slices.Contains(updatable, s.Status) && !s.inProgress() {
		return nil
	}
	return invalid("Stack:%s is in %s state and can not be updated.", s.ID, s.Status)
}

const updateStack = "UpdateStack"

// UpdateStack begins to change a stack.
func (e *Engine) UpdateStack(ctx context.Context, in Place, input Input) (stackID string, err error) {
	had := e.snapshot(in, input.StackName)
	switch {
	case had == nil:
		return "", invalid("Stack [%s] does not exist", input.StackName)
	case had.again(request{input.Token, updateStack}):
		return had.ID, nil
	}
	if err := notUpdatable(had); err != nil {
		return "", err
	}
	next, err := e.template(ctx, in, input, had)
	if err != nil {
		return "", err
	}
	operation := e.updateOf(had, next, input)
	evaluated, err := e.evaluate(ctx, operation.provider())
	if err != nil {
		return "", err
	}
	if err := checkTypes(had, evaluated); err != nil {
		return "", err
	}
	if had.Paused == nil && !changes(had, next, evaluated) {
		return "", invalid("No updates are to be performed.")
	}
	policy, err := e.policy(ctx, input.Policy)
	if err != nil {
		return "", err
	}
	if operation.PolicyDuring, err = e.policy(ctx, input.PolicyDuring); err != nil {
		return "", err
	}
	return e.update(had, operation, policy)
}

// update begins to change a stack, which is as it was when the request came, or else is changed
// already. A policy that is not empty is the stack's from now on, and counts for the next update.
func (e *Engine) update(had *Stack, operation *operation, policy string) (stackID string, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.stacks[had.ID]
	switch {
	case s == nil:
		return "", invalid("Stack [%s] does not exist", had.Name)
	case s.again(request{operation.Token, updateStack}):
		return s.ID, nil
	case s.Template != had.Template || s.Paused != had.Paused:
		return "", invalid("Stack:%s is in %s state and can not be updated.", s.ID, updateInProgress)
	}
	if err := notUpdatable(s); err != nil {
		return "", err
	}
	operation.Policy = cmp.Or(operation.PolicyDuring, s.Policy)
	return s.ID, e.unsaved(e.start(s, operation, updateStack, func() {
		s.UpdatedAt, s.Policy = e.now(), cmp.Or(policy, s.Policy)
		e.become(s, updateInProgress, userInitiated)
	}))
}

// checkTypes refuses another type for a resource that is there.
func checkTypes(had *Stack, evaluated *Evaluated) error {
	changed := map[string]bool{}
	for id, r := range evaluated.Resources {
		if current, ok := had.Resources[id]; ok && current.made() && current.Type != r.Type {
			changed[id] = true
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return invalid("Update of resource type is not permitted. The new template modifies resource type of the following resources: [%s]", listed(changed))
}

// changes says whether a template changes a stack. One that macros rewrite always does.
//
// Parity: CloudFormation: tags of a stack
func changes(had *Stack, next *Template, evaluated *Evaluated) bool {
	body, _ := Body(next.Text)
	if body["Transform"] != nil || !maps.Equal(had.Template.Tags, next.Tags) || !sameOutputs(had.Outputs, evaluated.Outputs) {
		return true
	}
	if len(had.Resources) != len(evaluated.Resources) {
		return true
	}
	for id, target := range targets(next, evaluated) {
		if current, ok := had.Resources[id]; !ok || !same(shape(current), shape(target)) {
			return true
		}
	}
	return false
}

// sameOutputs compares outputs in any order.
func sameOutputs(a, b []Output) bool {
	byKey := func(outputs []Output) map[string]Output {
		all := map[string]Output{}
		for _, output := range outputs {
			all[output.Key] = output
		}
		return all
	}
	return maps.Equal(byKey(a), byKey(b))
}

// shape is what an update can change of a resource.
func shape(r *Resident) any {
	return []any{r.Type, r.PhysicalID, r.Generation, r.Properties, r.DeletionPolicy, r.UpdateReplacePolicy, r.Metadata}
}

// DeleteInput is a request to delete a stack.
type DeleteInput struct {
	StackName string
	Retain    []string // resources that could not be deleted before
	Token     string
}

// undeletable are the statuses in which a stack can't be deleted.
var undeletable = []string{updateInProgress, updateCleanup, updateRollbackInProgress, updateRollbackCleanup, rollbackInProgress}

// DeleteStack begins to delete a stack. It is not an error if the stack is not there, or is being
// deleted already.
func (e *Engine) DeleteStack(in Place, input DeleteInput) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, by := e.find(in, input.StackName), request{input.Token, "DeleteStack"}
	switch {
	case s == nil || s.Deleted() || s.Status == deleteInProgress || e.deletedBy(in, input.StackName, by):
		return nil
	case s.TerminationProtection:
		return invalid("Stack [%s] cannot be deleted while TerminationProtection is enabled", input.StackName)
	case slices.Contains(undeletable, s.Status):
		return invalid("Stack [%s] cannot be deleted while in status %s", s.ID, s.Status)
	case len(input.Retain) > 0 && s.Status != deleteFailed:
		return invalid("Invalid operation on stack [%s]. When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state.", s.ID)
	case s.Operation != nil: // it is being created
		s.Operation.DeletingToken = input.Token
		return e.unsaved(e.ask(s, &s.Operation.Deleting, by))
	}
	if export, users := e.inUse(s); len(users) > 0 {
		return e.unsaved(e.refuseDeletion(s, export, users))
	}
	if err := retainable(s, input.Retain); err != nil {
		return err
	}
	return e.unsaved(e.start(s, deletionOf(s, input), by.Name, func() {
		s.Left = nil
		e.become(s, deleteInProgress, userInitiated)
	}))
}

// deletedBy says that a stack of this name was deleted by a request, which now comes again.
func (e *Engine) deletedBy(in Place, name string, by request) bool {
	return slices.ContainsFunc(e.ordered(in), func(s *Stack) bool { return s.Name == name && s.Deleted() && s.again(by) })
}

// retainable refuses to retain what the stack does not have.
//
// Source: rebuy-de/aws-nuke #270, about resources that were deleted.
//
// Parity: CloudFormation: a resource to retain that is not there
func retainable(s *Stack, ids []string) error {
	for _, id := range ids {
		left := slices.ContainsFunc(s.Left, func(r *Resource) bool { return r.LogicalID == id })
		if !s.Resources[id].made() && !left {
			return invalid("The specified resources to retain must be in a valid state. Do not specify resources that are in the DELETE_COMPLETE state.")
		}
	}
	return nil
}

// deletionOf deletes all that a stack has.
func deletionOf(s *Stack, input DeleteInput) *operation {
	o := &operation{
		ID: uuid.NewString(), Kind: deletion, Phase: deleting, Final: deleteComplete,
		plan: &plan{Before: s.Template}, Retain: input.Retain, Token: input.Token, Act: newAct("DELETE_STACK"),
	}
	o.Garbage = slices.Concat(backwards(s.Resources), s.Left)
	if s.Paused != nil {
		o.ID, o.Garbage = s.Paused.ID, append(o.Garbage, leftOver(s)...)
	}
	return o
}

// leftOver is what a failed operation has left that is not among the stack's resources: what was
// replaced.
func leftOver(s *Stack) (left []*Resource) {
	for _, r := range slices.Concat(backwards(s.Paused.Found), reversed(s.Paused.Made)) {
		current := s.Resources[r.LogicalID]
		known := slices.ContainsFunc(left, func(other *Resource) bool {
			return other.LogicalID == r.LogicalID && other.is(r)
		})
		if !known && (!current.made() || !current.is(r)) {
			left = append(left, r)
		}
	}
	return left
}

// inUse is the first export of a stack that others use, and who does.
func (e *Engine) inUse(s *Stack) (export string, users []string) {
	for _, output := range s.Outputs {
		if output.ExportName == "" {
			continue
		}
		if users := e.importers(s.Place, output.ExportName); len(users) > 0 {
			return output.ExportName, users
		}
	}
	return "", nil
}

// refuseDeletion takes the deletion and cancels it at once, as CloudFormation does.
func (e *Engine) refuseDeletion(s *Stack, export string, users []string) error {
	return e.try(s, func() {
		status := s.Status
		e.become(s, deleteInProgress, userInitiated)
		e.become(s, status, "Delete canceled. Cannot delete export "+export+" as it is in use by "+strings.Join(users, ", ")+".")
	})
}

// UpdateTerminationProtection says whether a stack may be deleted.
func (e *Engine) UpdateTerminationProtection(in Place, name string, protected bool) (stackID string, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.find(in, name)
	if s == nil || s.Deleted() {
		return "", invalid("Stack [%s] does not exist", name)
	}
	return s.ID, e.unsaved(e.try(s, func() { s.TerminationProtection = protected }))
}

// CancelUpdateStack has an update roll back after the step that is under way.
//
// Parity: CloudFormation: cancel, roll back and continue
func (e *Engine) CancelUpdateStack(in Place, name, token string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, by := e.find(in, name), request{token, "CancelUpdateStack"}
	switch {
	case s == nil:
		return invalid("Stack [%s] does not exist", name)
	case s.again(by):
		return nil
	case s.Status != updateInProgress || s.Operation == nil:
		return invalid("CancelUpdateStack cannot be called from current stack status")
	}
	return e.unsaved(e.ask(s, &s.Operation.Cancelled, by))
}

// RollbackStack rolls back what failed and was left as it was.
func (e *Engine) RollbackStack(in Place, name string, retainExceptOnCreate bool, token string) (stackID string, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, by := e.find(in, name), request{token, "RollbackStack"}
	switch {
	case s == nil:
		return "", invalid("Stack [%s] does not exist", name)
	case s.again(by):
		return s.ID, nil
	case s.Paused == nil || s.Status != createFailed && s.Status != updateFailed:
		return "", invalid("Stack:%s is in %s state and can not be rolled back.", s.ID, s.Status)
	}
	o := *s.Paused
	o.RetainExceptOnCreate, o.Token, o.Reason = retainExceptOnCreate, token, ""
	return s.ID, e.unsaved(e.start(s, &o, by.Name, func() { e.rollBack(s, &o, o.summary()) }))
}

// ContinueInput is a request to go on with a rollback that failed.
type ContinueInput struct {
	StackName string
	Skip      []string // resources that stay as they are, and are taken to be as they were
	Force     bool     // skip all whose rollback failed
	Token     string
}

// ContinueUpdateRollback goes on with a rollback that failed.
func (e *Engine) ContinueUpdateRollback(in Place, input ContinueInput) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, by := e.find(in, input.StackName), request{input.Token, "ContinueUpdateRollback"}
	switch {
	case s == nil:
		return invalid("Stack [%s] does not exist", input.StackName)
	case input.Force && len(input.Skip) > 0:
		return invalid("ForceRollback and ResourcesToSkip are mutually exclusive")
	case s.again(by):
		return nil
	case s.Paused == nil || s.Status != updateRollbackFailed:
		return invalid("Stack:%s is in %s state and can not be updated.", s.ID, s.Status)
	}
	var failed []string
	for _, f := range s.Paused.Failed {
		failed = append(failed, f.LogicalID)
	}
	for _, id := range input.Skip {
		if !slices.Contains(failed, id) {
			return invalid("The rollback of resource [%s] did not fail: only such resources can be skipped", id)
		}
	}
	o := *s.Paused
	if o.Skip = input.Skip; input.Force {
		o.Skip = failed
	}
	o.Failed, o.Doing, o.Token, o.Act = nil, nil, input.Token, newAct("CONTINUE_ROLLBACK")
	return e.unsaved(e.start(s, &o, by.Name, func() {
		o.Phase = returning
		e.become(s, updateRollbackInProgress, userInitiated)
	}))
}
