package template

import (
	"encoding/json"
	"slices"
	"strings"
)

// noValue is what Ref AWS::NoValue gives: the property or list item is left out.
type noValue struct{}

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

// isPlain tells whether a value has nothing in it to evaluate: a text, number or boolean, or a list
// of these.
func isPlain(value any) bool {
	return value != nil && !slices.ContainsFunc(oneOrMore(value), func(item any) bool {
		_, ok := scalarText(item)
		return !ok
	})
}

// oneOrMore are the items of a list, or the one that stands in its place; there are none in
// nothing.
func oneOrMore(node any) []any {
	items, isList := node.([]any)
	if !isList && node != nil {
		return []any{node}
	}
	return items
}

// JSON is a value as AWS writes it, with < and > as they are; empty for what has no JSON.
func JSON(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(value) != nil {
		return ""
	}
	return strings.TrimSuffix(text.String(), "\n")
}
