package template

import (
	"iter"
	"slices"

	"cognito-m2m/internal/partition"
)

// Stack is a stack to evaluate.
type Stack struct {
	Name string
	// Account and Region are empty where the stack is not bound to one.
	Account, Region string
	// Body is the decoded template; its numbers are json.Number. It is only read.
	Body map[string]any
	// Paths maps logical ids to construct paths, such as dev/Api/Clients/Reader/AppClient/Resource.
	Paths map[string]string
	// Parameters are the values given to parameters of the template. Others have their defaults.
	Parameters map[string]string
	// Stored are the values of parameters that name one of a Parameter Store, where there is one.
	Stored map[string]string
	// TakesSecrets says that NoEcho parameters get their values from whoever deploys the stack.
	TakesSecrets bool
}

// scope is one stack under evaluation: its template taken apart into sections, in the account and
// Region it runs in.
type scope struct {
	Stack
	location   partition.Place
	evaluation *Evaluation
	ledger     *ledger // the evaluation's, but in atOnce
	extended   bool    // the template asks for AWS::LanguageExtensions
	stackID    cell

	parameters map[string]any
	mappings   map[string]any
	conditions map[string]*condition
	resources  map[string]*Resource
	inOrder    []*Resource // all of them, in the order of logical ids
	outputs    map[string]*output
	imports    set            // names of exports that were asked for
	attributes map[string]set // that the template refers to, by resource; nil until they are looked for
}

type set map[string]struct{}

func keys(names ...string) set {
	s := set{}
	for _, name := range names {
		s[name] = struct{}{}
	}
	return s
}

// add takes what stands where a name should; problems with it are reported where it is resolved.
func (s set) add(name any) {
	if text, ok := name.(string); ok {
		s[text] = struct{}{}
	}
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

// checkKeys reports keys that are not known. CloudFormation is known to refuse them in a resource.
func checkKeys(at Place, object map[string]any, allowed set, by Refuser) {
	known := 0
	for key := range object {
		if _, ok := allowed[key]; ok {
			known++
		}
	}
	if known == len(object) {
		return
	}
	for key := range ordered(object) {
		if _, ok := allowed[key]; !ok {
			at.field(key).invalid(by, "%s is not known here", key)
		}
	}
}

// ordered iterates over a map in the order of its keys, so that two runs do everything in the same
// order.
func ordered[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		keys := make([]string, 0, len(m))
		for key := range m {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		for _, key := range keys {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}
