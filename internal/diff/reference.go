package diff

import (
	"regexp"
	"slices"
)

// reference is a resource that a value depends on.
type reference struct {
	stack     *stack
	logicalID string
}

func (r reference) resource() *resource { return r.stack.resources[r.logicalID] }

// maxExports is how many exports one value is followed through, each of which may lead to others.
const maxExports = 100

// substituted finds what Fn::Sub puts in: ${Echo} and ${Echo.Arn}, but not ${!literal}.
var substituted = regexp.MustCompile(`\$\{([A-Za-z0-9]+)(?:\.[^}]*)?\}`)

// references lists the resources that value refers to, in this stack or through an export of another one.
func references(s *stack, value any) []reference {
	return follow(s, value, map[string]bool{})
}

// follow passes over exports that were seen, because a template that is wrong may have them go in circles.
func follow(s *stack, value any, seen map[string]bool) []reference {
	var found []reference
	for _, name := range referenced(value) {
		if len(seen) == maxExports {
			break
		}
		if _, ok := s.resources[name.logicalID]; ok {
			found = append(found, reference{stack: s, logicalID: name.logicalID})
		}
		export, ok := s.environment.exports[name.export]
		if ok && !seen[name.export] {
			seen[name.export] = true
			found = append(found, follow(export.stack, export.value, seen)...)
		}
	}
	return found
}

// name is what an intrinsic function refers to; one of the two is set.
type name struct{ logicalID, export string }

func referenced(value any) []name {
	var found []name
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			found = append(found, referenced(item)...)
		}
	case map[string]any:
		if function, argument, ok := intrinsic(v); ok {
			found = direct(function, argument)
		}
		for _, key := range keys(v) {
			found = append(found, referenced(v[key])...)
		}
	}
	return found
}

// direct is what the function itself refers to, without its nested arguments.
func direct(function string, argument any) []name {
	items, _ := argument.([]any)
	text, _ := argument.(string)
	if text == "" && len(items) > 0 {
		text, _ = items[0].(string)
	}
	switch function {
	case "Ref", "Fn::GetAtt":
		return []name{{logicalID: text}}
	case "Fn::ImportValue":
		return []name{{export: show(argument)}}
	case "Fn::Sub":
		return each(substituted.FindAllStringSubmatch(text, -1), func(match []string) name { return name{logicalID: match[1]} })
	}
	return nil
}

// refersTo is the resource that value stands for, nil if it stands for none or for more than one.
func (r *resource) refersTo(value any) *resource {
	found := slices.CompactFunc(references(r.stack, value), func(a, b reference) bool { return a == b })
	if len(found) != 1 {
		return nil
	}
	return found[0].resource()
}
