package engine

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// reference is a Ref of a parameter or resource, or, with an attribute, a GetAtt.
type reference struct{ Name, Attribute string }

func (r reference) String() string {
	if r.Attribute == "" {
		return r.Name
	}
	return r.Name + "." + r.Attribute
}

var subVariable = regexp.MustCompile(`\$\{([^!}][^}]*)\}`)

// referencesOf are the references in a node of a template, in all branches of its conditions, each
// once.
func referencesOf(node any) []reference {
	found := map[reference]bool{}
	collect(node, found)
	all := slices.Collect(maps.Keys(found))
	slices.SortFunc(all, func(a, b reference) int { return strings.Compare(a.String(), b.String()) })
	return all
}

func collect(node any, found map[reference]bool) {
	switch node := node.(type) {
	case []any:
		for _, item := range node {
			collect(item, found)
		}
	case map[string]any:
		for key, argument := range node {
			if len(node) == 1 && intrinsic(key, argument, found) {
				return
			}
			collect(argument, found)
		}
	}
}

// intrinsic collects what Ref, GetAtt, Sub and FindInMap refer to, and returns false for others.
func intrinsic(name string, argument any, found map[reference]bool) bool {
	args, _ := argument.([]any)
	text, isText := argument.(string)
	switch {
	case name == "Ref" && isText:
		if text != "AWS::NoValue" {
			found[reference{Name: text}] = true
		}
	case name == "Fn::GetAtt" && isText:
		resource, attribute, _ := strings.Cut(text, ".")
		found[reference{resource, attribute}] = true
	case name == "Fn::GetAtt" && len(args) == 2:
		resource, _ := args[0].(string)
		attribute, _ := args[1].(string)
		found[reference{resource, attribute}] = true
	case name == "Fn::Sub" && isText:
		inText(text, nil, found)
	case name == "Fn::Sub" && len(args) == 2:
		text, _ := args[0].(string)
		variables, _ := args[1].(map[string]any)
		inText(text, variables, found)
		collect(args[1], found)
	default:
		return false
	}
	return true
}

func inText(text string, variables map[string]any, found map[reference]bool) {
	for _, match := range subVariable.FindAllStringSubmatch(text, -1) {
		if _, own := variables[match[1]]; own {
			continue
		}
		resource, attribute, _ := strings.Cut(match[1], ".")
		found[reference{resource, attribute}] = true
	}
}

// dependencies are what a resource refers to in its template, and what its provider adds.
func dependencies(body map[string]any, r Resource) []string {
	declaration := declared(body, "Resources", r.LogicalID)
	all := map[string]bool{}
	for _, id := range slices.Concat(r.DependsOn, texts(declaration["DependsOn"])) {
		all[id] = true
	}
	for _, found := range referencesOf(declaration["Properties"]) {
		if _, isResource := object(body["Resources"])[found.Name]; isResource {
			all[found.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// object is a node that is an object, or nothing.
func object(node any) map[string]any {
	object, _ := node.(map[string]any)
	return object
}

// declared is one entry of a section of a template.
func declared(body map[string]any, section, name string) map[string]any {
	return object(object(body[section])[name])
}
