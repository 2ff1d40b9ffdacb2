package rehearsal

import (
	"fmt"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/serving"
)

// report is what was evaluated of a stack, with each problem where it belongs: what CloudFormation
// refuses is an error, and what only a service refuses, or can't be done here, is the fault of its
// resource.
func (s *site) report(t *engine.Template, e *assembly.Evaluated) (*engine.Evaluated, error) {
	reported := &engine.Evaluated{Parameters: e.Parameters, Resources: map[string]engine.Resource{}, Imports: e.Imports}
	for _, stack := range e.Stacks {
		if stack.Name == t.StackName {
			reported.Description = stack.Description
		}
	}
	for _, r := range e.Resources {
		reported.Resources[r.LogicalID] = engine.Resource{
			LogicalID: r.LogicalID, Type: r.Type, PhysicalID: r.Reference, Generation: r.Generation, Properties: r.Properties,
			Attributes: r.Attributes, DependsOn: r.DependsOn,
			DeletionPolicy: r.DeletionPolicy, UpdateReplacePolicy: r.UpdateReplacePolicy,
			Fault: s.unknown(r.Type),
		}
	}
	for _, output := range e.Outputs {
		if output.Stack == t.StackName {
			reported.Outputs = append(reported.Outputs, engine.Output{
				Key: output.Key, Value: output.Value, Description: output.Description, ExportName: output.ExportName,
			})
		}
	}
	for _, problem := range e.Problems {
		if problem.Stack != t.StackName && problem.Stack != "" {
			continue // it was deployed so
		}
		if err := s.assign(reported, problem); err != nil {
			return nil, err
		}
	}
	return reported, nil
}

// unknown is why a resource of a type can't be made here, "" if it can.
func (s *site) unknown(typeName string) string {
	if assembly.Known(typeName) || s.accepts(typeName) {
		return ""
	}
	return "the type " + typeName + " is not simulated: " + serving.Missing(typeName)
}

// accepts reports whether the user does without a type here.
func (r *Rehearsal) accepts(typeName string) bool {
	accepted, err := r.run.ReadAccepted()
	if err != nil {
		r.run.Report.Warn(err.Error())
	}
	return slices.Contains(accepted, typeName) || r.run.Lenient
}

// assign puts a problem where it belongs.
func (s *site) assign(reported *engine.Evaluated, problem assembly.Problem) error {
	r, isResource := reported.Resources[problem.LogicalID]
	structural := problem.RefusedBy == assembly.CloudFormation && problem.Reason != assembly.NoValue
	switch {
	case problem.Reason == assembly.NoExport && isResource:
		r.Unresolved = "No export named " + problem.Missing + " found"
	case problem.Reason == assembly.NoExport:
		reported.Fault = "No export named " + problem.Missing + " found"
		return nil
	case problem.Kind == assembly.Unsupported && s.run.Lenient:
		return nil
	case structural || !isResource && problem.RefusedBy != 0:
		return &engine.Refusal{Code: validationError, Message: refusalText(problem)}
	case r.Fault == "":
		r.Fault = faultText(problem)
	}
	if isResource {
		reported.Resources[problem.LogicalID] = r
	}
	return nil
}

// refusalText has AWS's words for a reference to nothing, and otherwise names the place.
//
// Source: recorded from AWS, localstack/localstack 8b9a79f0, tests/aws/services/cloudformation,
// engine/test_references (10 July 2023).
func refusalText(problem assembly.Problem) string {
	if problem.Reason == assembly.NoResource {
		return fmt.Sprintf("Template format error: Unresolved resource dependencies [%s] in the Resources block of the template", problem.Missing)
	}
	return "Template error: " + strings.Join(slices.DeleteFunc([]string{problem.LogicalID, problem.Property, problem.Message}, func(part string) bool { return part == "" }), ": ")
}

func faultText(problem assembly.Problem) string {
	text := problem.Message
	if problem.Property != "" {
		text = problem.Property + ": " + text
	}
	if problem.RefusedBy == assembly.LocalRuntime {
		text += " (the local run can't do this)"
	}
	return text
}
