package engine

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

var (
	alphanumeric = regexp.MustCompile(`^[A-Za-z0-9]+$`)
	resourceKeys = []string{
		"Type", "Properties", "DependsOn", "Metadata", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy",
		"CreationPolicy",
	}
)

// maxResources is how many resources a template may have. The error's words: serverless/serverless
// #2387.
const maxResources = 500

// checkBody refuses what CloudFormation refuses of a template as such, in its words. What only the
// values show is the provider's to refuse.
//
// Source: localstack/localstack 8b9a79f0, tests/aws/services/cloudformation:
// api/test_validations.py, api/test_templates.py and engine/test_references.py.
func checkBody(body map[string]any) error {
	if place, null := nullIn(body, ""); null {
		return invalid("[%s] 'null' values are not allowed in templates", place)
	}
	resources, isObject := body["Resources"].(map[string]any)
	switch {
	case body["Resources"] == nil:
		return invalid("Template format error: At least one Resources member must be defined.")
	case !isObject:
		return invalid("Template format error: Any Resources member must be an object.")
	case len(resources) == 0:
		return invalid("Template format error: At least one Resources member must be defined.")
	case len(resources) > maxResources:
		return invalid("Template format error: Number of resources, %d, is greater than maximum allowed, %d", len(resources), maxResources)
	}
	parameters, _ := body["Parameters"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if !alphanumeric.MatchString(name) {
			return invalid("Template format error: Parameter name %s is non alphanumeric.", name)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		if err := checkResource(id, resources[id]); err != nil {
			return err
		}
	}
	outputs, _ := body["Outputs"].(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(outputs)) {
		output, _ := outputs[key].(map[string]any)
		if _, ok := output["Value"]; !ok {
			return invalid("Template format error: Every Outputs member must contain a Value object")
		}
	}
	if err := checkIntrinsics(body); err != nil {
		return err
	}
	return checkReferences(body, resources, parameters)
}

func checkResource(id string, node any) error {
	if !alphanumeric.MatchString(id) {
		return invalid("Template format error: Resource name %s is non alphanumeric.", id)
	}
	declaration, ok := node.(map[string]any)
	if !ok {
		return invalid("Template format error: Any Resources member must be an object.")
	}
	for _, key := range slices.Sorted(maps.Keys(declaration)) {
		if !slices.Contains(resourceKeys, key) {
			return invalid("Invalid template resource property '%s'", key)
		}
	}
	if typeName, _ := declaration["Type"].(string); typeName == "" {
		return invalid("Template format error: [/Resources/%s] Every Resources object must contain a Type member.", id)
	}
	return nil
}

// nullIn finds the first null in a template.
func nullIn(node any, place string) (string, bool) {
	switch node := node.(type) {
	case nil:
		return place, true
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(node)) {
			if found, null := nullIn(node[key], place+"/"+key); null {
				return found, true
			}
		}
	case []any:
		for i, item := range node {
			if found, null := nullIn(item, fmt.Sprintf("%s/%d", place, i)); null {
				return found, true
			}
		}
	}
	return "", false
}

// checkReferences refuses references to nothing.
func checkReferences(body, resources, parameters map[string]any) error {
	exists := func(name string) bool {
		_, resource := resources[name]
		_, parameter := parameters[name]
		return resource || parameter || strings.HasPrefix(name, "AWS::")
	}
	missing := map[string]bool{}
	for _, node := range resources {
		declaration, _ := node.(map[string]any)
		for _, dependency := range texts(declaration["DependsOn"]) {
			if _, ok := resources[dependency]; !ok {
				missing[dependency] = true
			}
		}
		for _, r := range referencesOf(declaration["Properties"]) {
			if !exists(r.Name) {
				missing[r.Name] = true
			}
		}
	}
	if len(missing) > 0 {
		return invalid("Template format error: Unresolved resource dependencies [%s] in the Resources block of the template", listed(missing))
	}
	for _, r := range referencesOf(body["Outputs"]) {
		if !exists(r.Name) {
			missing[r.Name] = true
		}
	}
	if len(missing) > 0 {
		return invalid("Unresolved resource dependencies [%s] in the Outputs block of the template", listed(missing))
	}
	return nil
}

func listed(names map[string]bool) string {
	return strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}

// texts are the texts of a list, or the one in its place.
func texts(node any) (all []string) {
	switch node := node.(type) {
	case string:
		return []string{node}
	case []any:
		for _, item := range node {
			if text, ok := item.(string); ok {
				all = append(all, text)
			}
		}
	}
	return all
}
