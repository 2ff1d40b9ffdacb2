package template

import (
	"cmp"
	"iter"
	"maps"
	"slices"
)

// scope is one stack under evaluation: its template taken apart into sections, in the account and Region it runs in.
type scope struct {
	Stack
	location   Location
	evaluation *Evaluation
	extended   bool // the template asks for AWS::LanguageExtensions
	stackID    cell

	parameters map[string]any
	mappings   map[string]any
	conditions map[string]*condition
	resources  map[string]*Resource
	outputs    map[string]*output
}

type set map[string]struct{}

func keys(names ...string) set {
	s := set{}
	for _, name := range names {
		s[name] = struct{}{}
	}
	return s
}

var (
	templateKeys = keys("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings",
		"Conditions", "Transform", "Resources", "Outputs")
	resourceKeys = keys("Type", "Properties", "DependsOn", "Metadata", "Condition", "DeletionPolicy",
		"UpdateReplacePolicy", "UpdatePolicy", "CreationPolicy")
	outputKeys = keys("Value", "Description", "Export", "Condition")
	// CDK writes this rule into every template; it looks at the deploying account's bootstrap stack.
	//
	// Parity: Assembly: bootstrap version rule
	knownRules = keys("CheckBootstrapVersion")
)

func newScope(e *Evaluation, stack Stack) *scope {
	s := &scope{Stack: stack, evaluation: e, location: Location{
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

// section returns one top-level section, empty if the template has none.
func (s *scope) section(name string) map[string]any {
	node, ok := s.Body[name]
	if !ok {
		return nil
	}
	section, _ := s.object(Place{scope: s, property: name}, node)
	return section
}

func (s *scope) object(at Place, node any) (map[string]any, bool) {
	object, ok := node.(map[string]any)
	if !ok {
		at.invalid(CloudFormation, "an object is needed here, not %s", describe(node))
	}
	return object, ok
}

// checkTransform lets AWS::LanguageExtensions pass; any other transform rewrites the template on AWS.
func (s *scope) checkTransform(root Place, node any) bool {
	transforms, isList := node.([]any)
	if !isList && node != nil {
		transforms = []any{node}
	}
	extended := false
	for _, transform := range transforms {
		if transform == languageExtensions {
			extended = true
			continue
		}
		root.field("Transform").invalid(LocalRuntime, "the template is rewritten by a macro on AWS, which cannot be done here")
	}
	return extended
}

// checkKeys reports keys that are not known. CloudFormation is known to refuse them in a resource.
func checkKeys(at Place, object map[string]any, allowed set, by Refuser) {
	for key := range ordered(object) {
		if _, ok := allowed[key]; !ok {
			at.field(key).invalid(by, "%s is not known here", key)
		}
	}
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
	dependencies, isList := node.([]any)
	if !isList && node != nil {
		dependencies = []any{node}
	}
	for _, dependency := range dependencies {
		logicalID, _ := dependency.(string)
		if _, ok := section[logicalID]; !ok {
			at.invalid(CloudFormation, "there is no resource %q in the template", logicalID)
		}
	}
}

// included evaluates the Condition of a resource or output; without one it is always there.
func (s *scope) included(at Place, declaration map[string]any) (result, ok bool) {
	node, conditional := declaration["Condition"]
	if !conditional {
		return true, true
	}
	name, isText := node.(string)
	if !isText {
		at.field("Condition").invalid(CloudFormation, "Condition takes the name of a condition, not %s", describe(node))
		return false, false
	}
	return s.holds(at.field("Condition"), name)
}

// ordered iterates over a map in the order of its keys, so that two runs do everything in the same order.
func ordered[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}
