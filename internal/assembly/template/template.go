package template

import (
	"cmp"
	"iter"

	"cognito-m2m/internal/partition"
)

// Evaluate takes the templates apart and evaluates conditions and the names of exports. What
// resources and outputs come to is evaluated when it is asked for. Whatever is wrong is in
// Problems.
func Evaluate(stacks []Stack, options Options) *Evaluation {
	e := &Evaluation{options: options, left: maxWork}
	for _, stack := range stacks {
		e.scopes = append(e.scopes, newScope(e, stack))
	}
	e.indexExports()
	e.readConditions()
	e.checkCycles()
	return e
}

// Resources gives every resource of a known type that its condition includes, in the order of
// stacks and logical ids. A type that is not known is an Unsupported problem.
func (e *Evaluation) Resources() iter.Seq[*Resource] {
	return func(yield func(*Resource) bool) {
		for _, s := range e.scopes {
			for _, r := range ordered(s.resources) {
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
	s := &scope{Stack: stack, evaluation: e, imports: set{}, location: partition.Place{
		AccountID: cmp.Or(stack.Account, e.options.AccountID),
		Region:    cmp.Or(stack.Region, e.options.Region),
	}}
	root := Place{scope: s}
	checkKeys(root, stack.Body, templateKeys, LocalRuntime)
	s.extended = s.checkTransform(root, stack.Body["Transform"])
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
	return s
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
	s.resources = map[string]*Resource{}
	section := s.section("Resources")
	for logicalID, node := range ordered(section) {
		at := Place{scope: s, logicalID: logicalID}
		declaration, ok := s.object(at, node)
		if !ok {
			continue
		}
		checkKeys(at, declaration, resourceKeys, CloudFormation)
		s.resources[logicalID] = newResource(at, declaration)
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
