package template

import (
	"cmp"
	"iter"

	"cognito-m2m/internal/partition"
)

// Evaluate takes the templates apart and evaluates conditions and the names of exports. What
// resources and outputs come to is evaluated when it is asked for, but for Options.Read. Whatever
// is wrong is in Problems.
//
// Several stacks are evaluated at a time. If anything is wrong with them, all are evaluated again
// in turn, so that what is found first does not depend on who was faster.
func Evaluate(stacks []Stack, options Options) *Evaluation {
	if len(stacks) > 1 {
		e := newEvaluation(stacks, options)
		e.evaluate(e.atOnce)
		e.readAhead()
		if e.ledger.clean() {
			return e
		}
	}
	e := newEvaluation(stacks, options)
	e.evaluate(e.inTurn)
	return e
}

func newEvaluation(stacks []Stack, options Options) *Evaluation {
	e := &Evaluation{options: options, ledger: ledger{left: maxWork}}
	for _, stack := range stacks {
		e.scopes = append(e.scopes, newScope(e, stack))
	}
	return e
}

// evaluate goes through the stacks step by step; each is how they are gone through.
func (e *Evaluation) evaluate(each func(step func(*scope))) {
	each((*scope).takeApart)
	e.indexExports()
	each((*scope).readConditions)
	each((*scope).checkCycles)
}

func (e *Evaluation) inTurn(step func(*scope)) {
	for _, s := range e.scopes {
		step(s)
	}
}

// Resources gives every resource of a known type that its condition includes, in the order of
// stacks and logical ids. A type that is not known is an Unsupported problem.
func (e *Evaluation) Resources() iter.Seq[*Resource] {
	return func(yield func(*Resource) bool) {
		for _, s := range e.scopes {
			for _, r := range s.inOrder {
				if included, ok := r.included(); !included || !ok {
					continue
				}
				if r.typ == nil {
					r.place().ofType(r.typeName).unsupported("the type %s is not simulated, and not known to be without effect", r.typeName)
				} else if !yield(r) {
					return
				}
			}
		}
	}
}

// Types counts the resources of each type, included or not.
func (e *Evaluation) Types() map[string]int {
	counts := map[string]int{}
	for _, s := range e.scopes {
		for _, r := range s.resources {
			counts[r.typeName]++
		}
	}
	return counts
}

// StackIDs gives the ARN of every stack, in the order of the stacks. One that could not be made is
// empty, after a problem.
func (e *Evaluation) StackIDs() []string {
	ids := make([]string, len(e.scopes))
	for i, s := range e.scopes {
		id, _ := s.pseudoParameter(Place{scope: s}, "AWS::StackId")
		ids[i], _ = id.(string)
	}
	return ids
}

var (
	templateKeys = keys("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings",
		"Conditions", "Transform", "Resources", "Outputs")
	resourceKeys = keys("Type", "Properties", "DependsOn", "Metadata", "Condition", "DeletionPolicy",
		"UpdateReplacePolicy", "UpdatePolicy", "CreationPolicy")
	// CDK writes this rule into every template; it looks at the deploying account's bootstrap
	// stack.
	//
	// Parity: Assembly: bootstrap version rule
	knownRules = keys("CheckBootstrapVersion")
)

func newScope(e *Evaluation, stack Stack) *scope {
	return &scope{Stack: stack, evaluation: e, ledger: &e.ledger, imports: set{}, location: partition.Place{
		AccountID: cmp.Or(stack.Account, e.options.AccountID),
		Region:    cmp.Or(stack.Region, e.options.Region),
	}}
}

// takeApart takes the template apart into its sections.
func (s *scope) takeApart() {
	root := Place{scope: s}
	checkKeys(root, s.Body, templateKeys, LocalRuntime)
	s.extended = s.checkTransform(root, s.Body["Transform"])
	checkKeys(root.field("Rules"), s.section("Rules"), knownRules, LocalRuntime)
	s.mappings = s.section("Mappings")
	s.checkMappings()
	s.parameters = s.section("Parameters")
	s.checkParameters()
	s.conditions = map[string]*condition{}
	for name, node := range s.section("Conditions") {
		s.conditions[name] = &condition{node: node}
	}
	s.readOutputs()
	s.readResources()
}

// checkTransform lets AWS::LanguageExtensions pass; any other transform rewrites the template on
// AWS.
func (s *scope) checkTransform(root Place, node any) bool {
	extended := false
	for _, transform := range oneOrMore(node) {
		if transform != languageExtensions {
			root.field("Transform").invalid(LocalRuntime, "the template is rewritten by a macro on AWS, which cannot be done here")
		}
		extended = extended || transform == languageExtensions
	}
	return extended
}

// readResources takes the Resources section apart; what the properties say is read later.
func (s *scope) readResources() {
	section := s.section("Resources")
	s.resources, s.inOrder = make(map[string]*Resource, len(section)), make([]*Resource, 0, len(section))
	for logicalID, node := range ordered(section) {
		at := Place{scope: s, logicalID: logicalID}
		declaration, ok := s.object(at, node)
		if !ok {
			continue
		}
		checkKeys(at, declaration, resourceKeys, CloudFormation)
		r := newResource(at, declaration)
		s.resources[logicalID], s.inOrder = r, append(s.inOrder, r)
		s.checkDependsOn(at.field("DependsOn"), section, declaration["DependsOn"])
	}
}

func (s *scope) checkDependsOn(at Place, section map[string]any, node any) {
	for _, dependency := range oneOrMore(node) {
		logicalID, _ := dependency.(string)
		if _, ok := section[logicalID]; !ok {
			at.because(NoResource, logicalID).invalid(CloudFormation, "there is no resource %q in the template", logicalID)
		}
	}
}
