package assembly

import (
	"iter"
	"maps"
	"slices"
	"strings"
)

// scope is one stack under evaluation: its template taken apart into sections, in the account and Region it runs in.
type scope struct {
	*stack
	evaluation *evaluation
	account    string
	region     string
	extended   bool // the template asks for AWS::LanguageExtensions
	stackID    cell

	parameters map[string]any
	mappings   map[string]any
	conditions map[string]*condition
	resources  map[string]*resource
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

func newScope(e *evaluation, st *stack) *scope {
	s := &scope{stack: st, evaluation: e, account: st.account, region: st.region}
	if s.account == "" {
		s.account = e.options.AccountID
	}
	if s.region == "" {
		s.region = e.options.Region
	}
	root := place{scope: s}
	checkKeys(root, st.template, templateKeys)
	s.extended = s.checkTransform(root, st.template["Transform"])
	checkKeys(root.field("Rules"), s.section("Rules"), knownRules)
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

// has reports whether the template has a resource of a type.
func (s *scope) has(typeName string) bool {
	for _, r := range s.resources {
		if r.typeName == typeName {
			return true
		}
	}
	return false
}

// section returns one top-level section, empty if the template has none.
func (s *scope) section(name string) map[string]any {
	node, ok := s.template[name]
	if !ok {
		return nil
	}
	section, _ := s.object(place{scope: s, property: name}, node)
	return section
}

func (s *scope) object(at place, node any) (map[string]any, bool) {
	object, ok := node.(map[string]any)
	if !ok {
		at.invalid("an object is needed here, not %s", describe(node))
	}
	return object, ok
}

// checkTransform lets AWS::LanguageExtensions pass; any other transform rewrites the template on AWS.
func (s *scope) checkTransform(root place, node any) bool {
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
		root.field("Transform").invalid("the template is rewritten by a macro on AWS, which cannot be done here")
	}
	return extended
}

func checkKeys(at place, object map[string]any, allowed set) {
	for key := range ordered(object) {
		if _, ok := allowed[key]; !ok {
			at.field(key).invalid("%s is not known here", key)
		}
	}
}

// readResources takes the Resources section apart; what the properties say is read later.
func (s *scope) readResources() {
	s.resources = map[string]*resource{}
	section := s.section("Resources")
	for logicalID, node := range ordered(section) {
		at := place{scope: s, logicalID: logicalID}
		declaration, ok := s.object(at, node)
		if !ok {
			continue
		}
		checkKeys(at, declaration, resourceKeys)
		s.resources[logicalID] = newResource(at, declaration)
		s.checkDependsOn(at.field("DependsOn"), section, declaration["DependsOn"])
	}
}

func (s *scope) checkDependsOn(at place, section map[string]any, node any) {
	dependencies, isList := node.([]any)
	if !isList && node != nil {
		dependencies = []any{node}
	}
	for _, dependency := range dependencies {
		logicalID, _ := dependency.(string)
		if _, ok := section[logicalID]; !ok {
			at.invalid("there is no resource %q in the template", logicalID)
		}
	}
}

// included evaluates the Condition of a resource or output; without one it is always there.
func (s *scope) included(at place, declaration map[string]any) (result, ok bool) {
	node, conditional := declaration["Condition"]
	if !conditional {
		return true, true
	}
	name, isText := node.(string)
	if !isText {
		at.field("Condition").invalid("Condition takes the name of a condition, not %s", describe(node))
		return false, false
	}
	return s.holds(at.field("Condition"), name)
}

// partition follows from the Region, as AWS's own SDKs work it out.
func (s *scope) partition() string {
	switch {
	case strings.HasPrefix(s.region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(s.region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

func (s *scope) urlSuffix() string {
	if s.partition() == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// arn builds an ARN in the stack's account and Region.
func (s *scope) arn(service, name string) string {
	return strings.Join([]string{"arn", s.partition(), service, s.region, s.account, name}, ":")
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
