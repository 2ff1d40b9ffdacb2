package diff

import (
	"fmt"
	"regexp"
	"strings"

	"cognito-m2m/internal/printable"
)

const (
	notSet = "(not set)"
	hidden = "(hidden)"

	// shownLength is how many characters of a value a report shows.
	shownLength = 76
	// leadLength is how many characters before the first difference of two long values are shown.
	leadLength = 12
)

// secretName finds names under which a secret may stand, written into a template against all advice. SecretId and
// TokenValidityUnits are none.
var secretName = regexp.MustCompile(
	`(?i)(secret|secret_?string|password|passphrase|token|credentials?|(api|access|private|signing|secret)_?key)$`)

// show writes a value on one line, with CloudFormation's intrinsic functions in the form of Fn::Sub: ${Echo.Arn}.
func show(value any) string {
	switch v := value.(type) {
	case nil:
		return notSet
	case string:
		return printable.Text(v)
	case []any:
		return "[" + strings.Join(each(v, show), ", ") + "]"
	case map[string]any:
		if text, ok := showIntrinsic(v); ok {
			return text
		}
		var fields []string
		for _, name := range keys(v) {
			fields = append(fields, printable.Text(name)+": "+show(mask(name, v[name])))
		}
		return "{" + strings.Join(fields, ", ") + "}"
	}
	return fmt.Sprint(value)
}

func showIntrinsic(v map[string]any) (string, bool) {
	name, argument, ok := intrinsic(v)
	if !ok {
		return "", false
	}
	items, _ := argument.([]any)
	switch {
	case name == "Ref":
		return "${" + show(argument) + "}", true
	case name == "Fn::GetAtt" && len(items) == 2:
		return "${" + show(items[0]) + "." + show(items[1]) + "}", true
	case name == "Fn::ImportValue":
		return "${import " + show(argument) + "}", true
	case name == "Fn::Sub" && len(items) == 0:
		return show(argument), true
	case name == "Fn::Join" && len(items) == 2:
		if parts, ok := items[1].([]any); ok {
			return strings.Join(each(parts, show), show(items[0])), true
		}
	}
	return strings.TrimPrefix(name, "Fn::") + " " + show(argument), true
}

// intrinsic takes an intrinsic function apart: {"Ref": "Echo"} into Ref and Echo.
func intrinsic(v map[string]any) (name string, argument any, ok bool) {
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

// harmless reports whether a value is not a secret whatever its name says: a number, a flag, a reference to a resource, or
// one to a secret that CloudFormation looks up as it deploys.
func harmless(value any) bool {
	switch v := value.(type) {
	case string:
		return strings.HasPrefix(v, "{{resolve:")
	case []any:
		return false
	case map[string]any:
		name, _, _ := intrinsic(v)
		return name == "Ref" || name == "Fn::GetAtt" || name == "Fn::ImportValue"
	}
	return true
}

// shorten cuts two long values so that what tells them apart is to be seen.
func shorten(before, after string) (string, string) {
	a, b := []rune(before), []rune(after)
	if len(a) <= shownLength && len(b) <= shownLength {
		return before, after
	}
	same := 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	from := max(same-leadLength, 0)
	return window(a, from), window(b, from)
}

func window(text []rune, from int) string {
	var lead, trail string
	if from > 0 {
		lead = "…"
	}
	to := min(from+shownLength, len(text))
	if to < len(text) {
		trail = "…"
	}
	return lead + string(text[min(from, to):to]) + trail
}

func each[T, R any](items []T, f func(T) R) []R {
	results := make([]R, len(items))
	for i, item := range items {
		results[i] = f(item)
	}
	return results
}
