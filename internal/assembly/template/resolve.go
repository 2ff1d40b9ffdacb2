package template

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Bounds that no real template comes near. They keep a broken or hostile one from using up the machine.
const (
	maxDepth = 200     // of values within values, through any number of references
	maxText  = 1 << 20 // bytes in a text that intrinsics put together; CloudFormation stops at 1 MB for a whole template
	maxItems = 10_000  // in a list that Fn::Split makes
)

// noValue is what Ref AWS::NoValue gives: the property or list item is left out.
type noValue struct{}

// resolve gives the value of a template node: nil, bool, json.Number, string, []any, map[string]any or noValue, with no
// intrinsic left in it. It returns false when there is none; the problem has been reported by then.
func (s *scope) resolve(at Place, node any) (any, bool) {
	if s.evaluation.depth >= maxDepth {
		return at.invalid(LocalRuntime, "values are nested more than %d deep", maxDepth)
	}
	if !at.spend(nodeWork) {
		return nil, false
	}
	s.evaluation.depth++
	defer func() { s.evaluation.depth-- }()

	switch node := node.(type) {
	case map[string]any:
		if name, argument, ok := intrinsic(node); ok {
			return s.call(at, name, argument)
		}
		return s.resolveObject(at, node)
	case []any:
		return s.resolveList(at, node)
	case nil:
		return at.invalid(CloudFormation, "null is not allowed in a template")
	}
	return node, true
}

func (s *scope) resolveObject(at Place, node map[string]any) (any, bool) {
	object, complete := make(map[string]any, len(node)), true
	for _, key := range slices.Sorted(maps.Keys(node)) {
		if strings.HasPrefix(key, "Fn::") {
			return at.notAlone(key)
		}
		value, ok := s.resolve(at.field(key), node[key])
		if complete = complete && ok; !ok || value == (noValue{}) {
			continue
		}
		object[key] = value
	}
	return object, complete
}

func (s *scope) resolveList(at Place, node []any) (any, bool) {
	list, complete := make([]any, 0, len(node)), true
	for i, item := range node {
		value, ok := s.resolve(at.item(i), item)
		if complete = complete && ok; !ok || value == (noValue{}) {
			continue
		}
		list = append(list, value)
	}
	return list, complete
}

// resolveText resolves a node that has to come out as a single text. CloudFormation turns numbers and booleans into text.
// Whatever is done with the text costs work, however often it is the same one.
func (s *scope) resolveText(at Place, what string, node any) (string, bool) {
	value, ok := s.resolve(at, node)
	if !ok {
		return "", false
	}
	text, ok := scalarText(value)
	if !ok {
		at.invalid(CloudFormation, "%s takes a text, not %s", what, describe(value))
	}
	return text, ok && at.spend(len(text))
}

// resolveItems resolves a node that has to come out as a list.
func (s *scope) resolveItems(at Place, what string, node any) ([]any, bool) {
	value, ok := s.resolve(at, node)
	if !ok {
		return nil, false
	}
	items, ok := value.([]any)
	if !ok {
		at.invalid(CloudFormation, "%s takes a list, not %s", what, describe(value))
	}
	return items, ok && at.spend(len(items))
}

// notAlone reports an intrinsic among other keys, where it would be taken for literal text.
func (p Place) notAlone(key string) (any, bool) {
	return p.invalid(Unknown, "%s is beside other keys; an intrinsic must be the only key", key)
}

// intrinsic takes {"Fn::X": argument} or {"Ref": argument} apart.
func intrinsic(node any) (name string, argument any, ok bool) {
	object, isObject := node.(map[string]any)
	if !isObject || len(object) != 1 {
		return "", nil, false
	}
	for name, argument := range object {
		return name, argument, name == "Ref" || strings.HasPrefix(name, "Fn::")
	}
	return "", nil, false
}

func scalarText(value any) (string, bool) {
	switch value := value.(type) {
	case string:
		return value, true
	case json.Number:
		return value.String(), true
	case bool:
		if value {
			return "true", true
		}
		return "false", true
	}
	return "", false
}

// describe names the kind of a value for an error message; it never shows the value itself.
func describe(value any) string {
	switch value.(type) {
	case string:
		return "a text"
	case json.Number:
		return "a number"
	case bool:
		return "a boolean"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	case noValue:
		return "AWS::NoValue"
	}
	return "null"
}
