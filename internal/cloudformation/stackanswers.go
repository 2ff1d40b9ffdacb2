package cloudformation

import (
	"cognito-m2m/internal/cloudformation/engine"
)

// view shows a stack to look, or refuses a name that no stack has, in the words of most operations.
func (r request) view(look func(*engine.Stack)) error {
	name := r.form.Get("StackName")
	if !r.Engine.View(r.in, name, look) {
		return noStack(name)
	}
	return nil
}

// describeStacks returns all stacks that are there, or one.
//
// Parity: CloudFormation: one page
func (r request) describeStacks() (any, error) {
	result := &describeStacksResult{}
	if r.form.Has("StackName") {
		name := r.form.Get("StackName")
		found := r.Engine.View(r.in, name, func(s *engine.Stack) { result.Stacks = append(result.Stacks, elementOf(s)) })
		if !found {
			return nil, unknownStack(name)
		}
		return result, nil
	}
	r.Engine.Each(r.in, func(s *engine.Stack) {
		if !s.Deleted() {
			result.Stacks = append(result.Stacks, elementOf(s))
		}
	})
	return result, nil
}

// elementOf is a stack as the wire has it in its status.
func elementOf(s *engine.Stack) stackElement {
	e := stackElement{
		StackID: s.ID, StackName: s.Name, ChangeSetID: s.ChangeSetID, Description: s.Description, Parameters: parametersOf(s.Parameters),
		CreationTime: timeText(s.CreatedAt), DeletionTime: timeText(s.DeletedAt), LastUpdatedTime: timeText(s.UpdatedAt),
		StackStatus: s.Status, StackStatusReason: s.Reason, DisableRollback: s.Settings.DisableRollback,
		TerminationProtection: new(s.TerminationProtection), RoleARN: s.Settings.RoleARN, Capabilities: s.Settings.Capabilities,
		NotificationARNs: memberTexts{s.Settings.NotificationARNs}, Drift: driftOf(s),
	}
	if s.Template != nil {
		e.Tags = tagsOf(s.Template.Tags)
	}
	if s.Deleted() {
		e.TerminationProtection, e.StackStatusReason = nil, ""
	}
	for _, o := range s.Outputs {
		e.Outputs = append(e.Outputs, outputElement{OutputKey: o.Key, OutputValue: o.Value, Description: o.Description, ExportName: o.ExportName})
	}
	return e
}

// parametersOf are parameters with their values, those with NoEcho masked.
func parametersOf(parameters []engine.Parameter) (elements []parameterElement) {
	for _, p := range parameters {
		if p.Hidden {
			p.Value = engine.Hidden
		}
		elements = append(elements, parameterElement{p.Key, p.Value, p.Resolved})
	}
	return elements
}

func (r request) listStacks() (any, error) {
	result := &listStacksResult{}
	r.Engine.Each(r.in, func(s *engine.Stack) {
		if e := elementOf(s); listed(r.form, e) {
			result.Summaries = append(result.Summaries, e.summary())
		}
	})
	return result, nil
}

func (r request) listExports() (any, error) {
	result := &listExportsResult{}
	r.Engine.Each(r.in, func(s *engine.Stack) {
		for _, output := range s.Outputs {
			if output.ExportName != "" && !s.Deleted() {
				result.Exports = append(result.Exports, exportElement{ExportingStackID: s.ID, Name: output.ExportName, Value: output.Value})
			}
		}
	})
	return result, nil
}

type listImportsResult struct {
	Imports []string `xml:"Imports>member"`
}

// listImports names the stacks that use an export.
//
// Parity: CloudFormation: words about exports
func (r request) listImports() (any, error) {
	name := r.form.Get("ExportName")
	names, exists := r.Engine.Importers(r.in, name)
	switch {
	case !exists:
		return nil, invalid("Export '%s' does not exist.", name)
	case len(names) == 0:
		return nil, invalid("Export '%s' is not imported by any stack.", name)
	}
	return listImportsResult{names}, nil
}
