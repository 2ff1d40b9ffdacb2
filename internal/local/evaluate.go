package local

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/local/state"
)

// proposal is what an operation would make of its stack.
type proposal struct {
	operation string
	ids       *state.Candidate
	model     *assembly.Evaluated
}

// maxProposals are kept of operations that have not begun: change sets are often only looked at.
const maxProposals = 32

// Evaluate implements engine.Provider.
func (r *Rehearsal) Evaluate(_ context.Context, asked engine.Operation) (*engine.Evaluated, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.site(placeOf(asked))
	if err != nil {
		return nil, err
	}
	if asked.Next == nil {
		asked.Next = asked.Before
	}
	proposed, err := s.propose(asked)
	if err != nil {
		return nil, err
	}
	reported, err := s.report(asked.Next, proposed.model)
	if err != nil || !asked.Begun {
		return reported, err
	}
	return reported, s.take(asked, proposed)
}

// take has an operation make what was proposed. The ids are kept, so they are the same after a
// crash.
func (s *site) take(begun engine.Operation, proposed *proposal) error {
	stack, err := s.begin(begun)
	if err != nil {
		return err
	}
	stack.operation.next, stack.operation.ids, stack.operation.model = begun.Next, proposed.ids, proposed.model
	return s.keep(stack, begun.Next.StackName)
}

// propose evaluates the next template of an operation beside the stacks that are there, always with
// the same ids.
func (s *site) propose(asked engine.Operation) (*proposal, error) {
	i := slices.IndexFunc(s.proposals, func(p *proposal) bool { return p.operation == asked.ID })
	p := &proposal{operation: asked.ID, ids: s.candidate(asked)}
	if i >= 0 {
		p = s.proposals[i]
		s.proposals = slices.Delete(s.proposals, i, i+1)
	}
	others := map[string]*engine.Template{asked.Next.StackName: asked.Next}
	for name, stack := range s.stacks {
		if name != asked.Next.StackName && stack.kept != nil {
			others[name] = stack.kept
		}
	}
	model, err := s.evaluate(others, p.ids, asked.Next.StackName)
	if err != nil {
		return nil, err
	}
	p.model = model
	s.proposals = append(s.proposals, p)
	if len(s.proposals) > maxProposals {
		s.proposals = slices.Delete(s.proposals, 0, len(s.proposals)-maxProposals)
	}
	return p, nil
}

// candidate holds the ids that an operation gives to what it makes.
func (s *site) candidate(asked engine.Operation) *state.Candidate {
	name := either(asked).StackName
	if stack := s.stacks[name]; stack != nil && stack.operation != nil && stack.operation.id == asked.ID && stack.operation.ids != nil {
		return stack.operation.ids
	}
	return s.state.CandidateFor(s.place, name, asked.ID)
}

// evaluate evaluates templates together, and describes the stack of a name. That one comes last, so
// the names in the others are taken, and a clash is a problem of this stack.
func (s *site) evaluate(templates map[string]*engine.Template, ids *state.Candidate, stackName string) (*assembly.Evaluated, error) {
	var uploaded []assembly.Uploaded
	guids := map[string]string{}
	names := slices.Sorted(maps.Keys(templates))
	if i := slices.Index(names, stackName); i >= 0 {
		names = append(slices.Delete(names, i, i+1), stackName)
	}
	for _, name := range names {
		t := templates[name]
		body, err := engine.Body(t.Text)
		if err != nil {
			return nil, err
		}
		uploaded = append(uploaded, assembly.Uploaded{
			Name: name, AccountID: t.AccountID, Region: t.Region, Body: body, Parameters: t.Parameters, Tags: t.Tags,
		})
		guids[name] = t.StackID[strings.LastIndex(t.StackID, "/")+1:]
	}
	stage, err := assembly.StageOf(uploaded, s.uploads.code)
	if err != nil {
		return nil, &engine.Refusal{Code: validationError, Message: "Template error: " + err.Error()}
	}
	// A type that is not known fails its resource, and not all that refer to it.
	e := stage.Evaluate(assembly.Options{IDs: stackIDs{ids, guids}, Accepts: func(string) bool { return true }}, stackName)
	return &e, nil
}

const validationError = "ValidationError"

// stackIDs are a candidate's ids, with the GUIDs that the stacks have.
type stackIDs struct {
	*state.Candidate

	guids map[string]string // by stack
}

// ID implements assembly.IDs.
func (s stackIDs) ID(key assembly.Key) (string, error) {
	if guid := s.guids[key.Stack]; key.Type == assembly.StackType && guid != "" {
		return guid, nil
	}
	return s.Candidate.ID(key)
}

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
	return "the type " + typeName + " is not simulated: " + missing(typeName)
}

var missingExport = regexp.MustCompile(`^no stack of this stage exports "(.*)" in account `)

// assign puts a problem where it belongs.
func (s *site) assign(reported *engine.Evaluated, problem assembly.Problem) error {
	r, isResource := reported.Resources[problem.LogicalID]
	structural := problem.RefusedBy == assembly.CloudFormation && !strings.HasSuffix(problem.Message, "needed here")
	export := missingExport.FindStringSubmatch(problem.Message)
	switch {
	case export != nil && isResource:
		r.Unresolved = "No export named " + export[1] + " found"
	case export != nil:
		reported.Fault = "No export named " + export[1] + " found"
		return nil
	case problem.Kind == assembly.Unsupported && s.cfg.Lenient:
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

// unresolved are messages about a resource that is not there, with its logical id.
var unresolved = regexp.MustCompile(`names "?([A-Za-z0-9]+)"?, (?:and the template has no such|which the condition)|^there is no resource "(.*)" in the template`)

// refusalText has AWS's words for a reference to nothing, and otherwise names the place.
//
// Source: recorded from AWS, localstack/localstack 8b9a79f0, tests/aws/services/cloudformation,
// engine/test_references (10 July 2023).
func refusalText(problem assembly.Problem) string {
	if found := unresolved.FindStringSubmatch(problem.Message); found != nil {
		return fmt.Sprintf("Template format error: Unresolved resource dependencies [%s] in the Resources block of the template", found[1]+found[2])
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
