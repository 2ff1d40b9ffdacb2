package change

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cognito-m2m/internal/printable"
)

const (
	notSet = "(not set)"
	hidden = "(hidden)"
)

// secretName finds names under which a secret may stand, written into a template against all
// advice. SecretId and TokenValidityUnits are not such names.
var secretName = regexp.MustCompile(
	`(?i)(secret|secret_?string|password|passphrase|token|credentials?|(api|access|private|signing|secret)_?key)$`)

// Show writes a decoded JSON value on one line, with CloudFormation's intrinsic functions in the
// form of Fn::Sub: ${Echo.Arn}. Nil is (not set), and what stands under the name of a secret is
// (hidden).
func Show(value any) string {
	switch v := value.(type) {
	case nil:
		return notSet
	case string:
		return printable.Text(v)
	case []any:
		return "[" + strings.Join(showEach(v), ", ") + "]"
	case map[string]any:
		if text, ok := showIntrinsic(v); ok {
			return text
		}
		var fields []string
		for _, name := range keys(v) {
			fields = append(fields, printable.Text(name)+": "+Show(mask(name, v[name])))
		}
		return "{" + strings.Join(fields, ", ") + "}"
	}
	return fmt.Sprint(value)
}

func showEach(items []any) []string {
	shown := make([]string, len(items))
	for i, item := range items {
		shown[i] = Show(item)
	}
	return shown
}

func showIntrinsic(v map[string]any) (string, bool) {
	name, argument, ok := Intrinsic(v)
	if !ok {
		return "", false
	}
	items, _ := argument.([]any)
	switch {
	case name == "Ref":
		return "${" + Show(argument) + "}", true
	case name == "Fn::GetAtt" && len(items) == 2:
		return "${" + Show(items[0]) + "." + Show(items[1]) + "}", true
	case name == "Fn::ImportValue":
		return "${import " + Show(argument) + "}", true
	case name == "Fn::Sub" && len(items) == 0:
		return Show(argument), true
	case name == "Fn::Join" && len(items) == 2:
		if parts, ok := items[1].([]any); ok {
			return strings.Join(showEach(parts), Show(items[0])), true
		}
	}
	return strings.TrimPrefix(name, "Fn::") + " " + Show(argument), true
}

// Intrinsic takes an intrinsic function apart: {"Ref": "Echo"} into Ref and "Echo". ok is false for
// any other object.
func Intrinsic(v map[string]any) (name string, argument any, ok bool) {
	if len(v) != 1 {
		return "", nil, false
	}
	for name, argument = range v {
	}
	return name, argument, name == "Ref" || strings.HasPrefix(name, "Fn::")
}

// mask hides what stands under the name of a secret.
func mask(name string, value any) any {
	if secretName.MatchString(name) && !harmless(value) {
		return hidden
	}
	return value
}

// harmless reports whether a value is not a secret whatever its name says: a number, a flag, a
// reference to a resource, or one to a secret that CloudFormation looks up as it deploys.
func harmless(value any) bool {
	switch v := value.(type) {
	case string:
		return strings.HasPrefix(v, "{{resolve:")
	case []any:
		return false
	case map[string]any:
		name, _, _ := Intrinsic(v)
		return name == "Ref" || name == "Fn::GetAtt" || name == "Fn::ImportValue"
	}
	return true
}

// Object is value as an object, and an empty one if it is anything else.
func Object(value any) map[string]any {
	fields, _ := value.(map[string]any)
	return fields
}

// keys are those of any of the maps, in order.
func keys[V any](all ...map[string]V) []string {
	union := map[string]struct{}{}
	for _, m := range all {
		for key := range m {
			union[key] = struct{}{}
		}
	}
	return slices.Sorted(maps.Keys(union))
}
