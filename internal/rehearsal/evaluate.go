package rehearsal

import (
	"context"
	"maps"
	"slices"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/state"
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
	return s.run.State.CandidateFor(s.place, name, asked.ID)
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
			Name: name, AccountID: t.AccountID, Region: t.Region, Body: body, Parameters: t.Parameters, Stored: t.Stored, Tags: t.Tags,
		})
		guids[name] = template.StackGUID(t.StackID)
	}
	stage, err := assembly.StageOf(uploaded, s.uploads.code)
	if err != nil {
		return nil, &engine.Refusal{Code: validationError, Message: "Template error: " + err.Error()}
	}
	// A type that is not known fails its resource, and not all that refer to it.
	e := stage.Evaluate(assembly.Options{IDs: stackIDs{ids, guids}, Accepts: func(string) bool { return true }}, stackName)
	invalid := func(p assembly.Problem) bool { return p.Kind == assembly.Invalid }
	if !slices.ContainsFunc(e.Problems, invalid) { // of a model that is not whole, nothing more can be said
		_, problems := s.run.Permissions(e.Model)
		e.Problems = append(e.Problems, problems...)
	}
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
