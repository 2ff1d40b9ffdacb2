package cloudformation

import (
	"errors"
	"slices"
	"strings"

	"cognito-m2m/internal/cloudformation/engine"
)

type createChangeSetResult struct {
	ID      string `xml:"Id"`
	StackID string `xml:"StackId"`
}

// createChangeSet works out what a template changes.
//
// Parity: CloudFormation: what is not simulated
func (r request) createChangeSet() (any, error) {
	if r.form.Get("ChangeSetType") == "IMPORT" || len(objects(r.form, "ResourcesToImport")) > 0 {
		return nil, invalid("ChangeSetType IMPORT is not simulated: CREATE and UPDATE are.")
	}
	input := engine.ChangeSetInput{
		Input: inputOf(r.form), Name: r.form.Get("ChangeSetName"), Type: r.form.Get("ChangeSetType"),
		Description: r.form.Get("Description"), IncludeNestedStacks: flag(r.form, "IncludeNestedStacks"),
	}
	input.Token = r.form.Get("ClientToken")
	if failure := r.form.Get("OnStackFailure"); failure != "" {
		input.OnFailure, input.Settings.DisableRollback = failure, failure == "DO_NOTHING"
	}
	id, stackID, err := r.Engine.CreateChangeSet(r.ctx, r.in, input)
	return createChangeSetResult{id, stackID}, err
}

func (r request) executeChangeSet() (any, error) {
	return nothing{}, r.Engine.ExecuteChangeSet(r.in, engine.ExecuteInput{
		Name: r.form.Get("ChangeSetName"), StackName: r.form.Get("StackName"), DisableRollback: flag(r.form, "DisableRollback"),
		RetainExceptOnCreate: flag(r.form, "RetainExceptOnCreate"), Token: r.form.Get("ClientRequestToken"),
	})
}

// deleteChangeSet forgets a change set. A change set that is not there is not an error, and a stack
// that is not there is one.
func (r request) deleteChangeSet() (any, error) {
	if err := r.needsStack(); err != nil {
		return nil, err
	}
	err := r.Engine.DeleteChangeSet(r.in, r.form.Get("ChangeSetName"), r.form.Get("StackName"))
	if errors.Is(err, engine.ErrNoChangeSet) {
		err = nil
	}
	return nothing{}, err
}

func (r request) needsStack() error {
	if !r.form.Has("StackName") && !strings.HasPrefix(r.form.Get("ChangeSetName"), "arn:") {
		return invalid("StackName must be specified if ChangeSetName is not specified as an ARN.")
	}
	return nil
}

// changeSet shows a change set to look.
func (r request) changeSet(look func(*engine.Stack, *engine.ChangeSet)) error {
	name, stack := r.form.Get("ChangeSetName"), r.form.Get("StackName")
	found, stackFound := r.Engine.FindChangeSet(r.in, name, stack, look)
	switch {
	case !stackFound:
		return noStack(stack)
	case !found:
		return noChangeSet(name)
	}
	return nil
}

type listChangeSetsResult struct {
	Summaries []changeSetSummary `xml:"Summaries>member"`
}

type changeSetSummary struct {
	ChangeSetID         string `xml:"ChangeSetId"`
	ChangeSetName       string `xml:"ChangeSetName"`
	CreationTime        string `xml:"CreationTime"`
	Description         string `xml:"Description,omitempty"`
	ExecutionStatus     string `xml:"ExecutionStatus"`
	IncludeNestedStacks bool   `xml:"IncludeNestedStacks"`
	StackID             string `xml:"StackId"`
	StackName           string `xml:"StackName"`
	Status              string `xml:"Status"`
	StatusReason        string `xml:"StatusReason,omitempty"`
}

// listChangeSets leaves out those that were executed.
//
// Source: localstack/localstack 8b9a79f0, api/test_change_sets.py test_list_change_sets.
func (r request) listChangeSets() (any, error) {
	result := &listChangeSetsResult{}
	err := r.view(func(s *engine.Stack) {
		for _, set := range s.ChangeSets {
			if strings.HasPrefix(set.ExecutionStatus, "EXECUTE_") {
				continue
			}
			result.Summaries = append(result.Summaries, changeSetSummary{
				ChangeSetID: set.ID, ChangeSetName: set.Name, CreationTime: timeText(set.CreatedAt), Description: set.Description,
				ExecutionStatus: set.ExecutionStatus, IncludeNestedStacks: set.IncludeNestedStacks, StackID: s.ID, StackName: s.Name,
				Status: set.Status, StatusReason: set.Reason,
			})
		}
	})
	return result, err
}

// describeChangeSetResult has the members that were recorded: see docs/parity.md.
type describeChangeSetResult struct {
	ChangeSetName         string             `xml:"ChangeSetName"`
	ChangeSetID           string             `xml:"ChangeSetId"`
	StackID               string             `xml:"StackId"`
	StackName             string             `xml:"StackName"`
	Description           string             `xml:"Description,omitempty"`
	Parameters            []parameterElement `xml:"Parameters>member"`
	CreationTime          string             `xml:"CreationTime"`
	ExecutionStatus       string             `xml:"ExecutionStatus"`
	Status                string             `xml:"Status"`
	StatusReason          string             `xml:"StatusReason,omitempty"`
	NotificationARNs      memberTexts        `xml:"NotificationARNs"`
	RollbackConfiguration struct{}           `xml:"RollbackConfiguration"`
	Capabilities          memberTexts        `xml:"Capabilities"`
	Tags                  []tagElement       `xml:"Tags>member"`
	Changes               changeElements     `xml:"Changes"`
	IncludeNestedStacks   bool               `xml:"IncludeNestedStacks"`
}

type changeElements struct {
	Members []changeElement `xml:"member"`
}

type changeElement struct {
	Type     string                `xml:"Type"`
	Resource resourceChangeElement `xml:"ResourceChange"`
}

type resourceChangeElement struct {
	PolicyAction  string         `xml:"PolicyAction,omitempty"`
	Action        string         `xml:"Action"`
	LogicalID     string         `xml:"LogicalResourceId"`
	PhysicalID    string         `xml:"PhysicalResourceId,omitempty"`
	Type          string         `xml:"ResourceType"`
	Replacement   string         `xml:"Replacement,omitempty"`
	Scope         memberTexts    `xml:"Scope"`
	Details       detailElements `xml:"Details"`
	BeforeContext string         `xml:"BeforeContext,omitempty"`
	AfterContext  string         `xml:"AfterContext,omitempty"`
}

type detailElements struct {
	Members []detailElement `xml:"member"`
}

type detailElement struct {
	Target        targetElement `xml:"Target"`
	Evaluation    string        `xml:"Evaluation"`
	ChangeSource  string        `xml:"ChangeSource"`
	CausingEntity string        `xml:"CausingEntity,omitempty"`
}

type targetElement struct {
	Attribute          string  `xml:"Attribute"`
	Name               string  `xml:"Name,omitempty"`
	RequiresRecreation string  `xml:"RequiresRecreation"`
	Path               string  `xml:"Path,omitempty"`
	BeforeValue        *string `xml:"BeforeValue"`
	AfterValue         *string `xml:"AfterValue"`
	ChangeType         string  `xml:"AttributeChangeType,omitempty"`
}

// describeChangeSet returns a change set. With values it lists other changes than without.
//
// Parity: CloudFormation: one page
func (r request) describeChangeSet() (any, error) {
	if err := r.needsStack(); err != nil {
		return nil, err
	}
	valued := flag(r.form, "IncludePropertyValues")
	var result *describeChangeSetResult
	err := r.changeSet(func(s *engine.Stack, set *engine.ChangeSet) { result = describedChangeSet(s, set, valued) })
	return result, err
}

func describedChangeSet(s *engine.Stack, set *engine.ChangeSet, valued bool) *describeChangeSetResult {
	settings := set.Input.Settings
	result := &describeChangeSetResult{
		ChangeSetName: set.Name, ChangeSetID: set.ID, StackID: s.ID, StackName: s.Name, Description: set.Description,
		Parameters: parametersOf(set.Parameters), CreationTime: timeText(set.CreatedAt), ExecutionStatus: set.ExecutionStatus,
		Status: set.Status, StatusReason: set.Reason, NotificationARNs: memberTexts{settings.NotificationARNs},
		Capabilities: memberTexts{settings.Capabilities}, Tags: tagsOf(set.Input.Tags).Members, IncludeNestedStacks: set.IncludeNestedStacks,
	}
	changes := set.Changes
	if valued {
		changes = set.ValuedChanges
		if result.StatusReason == "" {
			result.StatusReason = set.Warning
		}
	}
	for _, change := range changes {
		result.Changes.Members = append(result.Changes.Members, changeElement{Type: "Resource", Resource: changeOf(change)})
	}
	return result
}

func changeOf(c engine.Change) resourceChangeElement {
	e := resourceChangeElement{
		PolicyAction: c.PolicyAction, Action: c.Action, LogicalID: c.LogicalID, PhysicalID: c.PhysicalID, Type: c.Type,
		Replacement: c.Replacement, Scope: memberTexts{slices.Clone(c.Scope)}, BeforeContext: c.Before, AfterContext: c.After,
	}
	for _, d := range c.Details {
		target := targetElement{Attribute: d.Attribute, Name: d.Name, RequiresRecreation: d.Recreation, Path: d.Path, ChangeType: d.ChangeType}
		if d.HasBefore {
			target.BeforeValue = &d.Before
		}
		if d.HasAfter {
			target.AfterValue = &d.After
		}
		e.Details.Members = append(e.Details.Members, detailElement{Target: target, Evaluation: d.Evaluation, ChangeSource: d.Source, CausingEntity: d.Entity})
	}
	return e
}
