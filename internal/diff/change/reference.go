package change

import (
	"regexp"
	"slices"
)

// maxExports is how many exports one value is followed through, each of which may lead to others.
const maxExports = 100

// substituted finds what Fn::Sub puts in: ${Echo} and ${Echo.Arn}, but not ${!literal}.
var substituted = regexp.MustCompile(`\$\{([A-Za-z0-9]+)(?:\.[^}]*)?\}`)

// References lists the resources that value, one of r's, refers to: in its stack, or through an
// export of another one. A resource is listed as often as value refers to it.
func (r *Resource) References(value any) []*Resource {
	return follow(r.Stack, value, map[string]bool{})
}

// RefersTo is the resource that value, one of r's, stands for; nil if it stands for none or for
// more than one.
func (r *Resource) RefersTo(value any) *Resource {
	found := slices.Compact(r.References(value))
	if len(found) != 1 {
		return nil
	}
	return found[0]
}

// follow passes over exports that were seen, because a template that is wrong may have them go in
// circles.
func follow(s *Stack, value any, seen map[string]bool) []*Resource {
	var found []*Resource
	for _, name := range referenced(value) {
		if len(seen) == maxExports {
			break
		}
		if resource, ok := s.Resources[name.logicalID]; ok {
			found = append(found, resource)
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
		if function, argument, ok := Intrinsic(v); ok {
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
	var found []name
	switch function {
	case "Ref", "Fn::GetAtt":
		found = []name{{logicalID: text}}
	case "Fn::ImportValue":
		found = []name{{export: Show(argument)}}
	case "Fn::Sub":
		for _, match := range substituted.FindAllStringSubmatch(text, -1) {
			found = append(found, name{logicalID: match[1]})
		}
	}
	return found
}
