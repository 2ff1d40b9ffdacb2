package engine

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// The words for intrinsics whose arguments have another form.
//
// Source: localstack/localstack 8b9a79f0, tests/aws/services/cloudformation,
// test_change_set_fn_select.py, test_change_set_fn_split.py, test_change_set_fn_get_attr.py and
// test_change_set_conditions.py (12 September and 8 October 2025), engine/test_mappings.py (12 June
// 2023).
const (
	getAttNeeds = "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute"
	selectNeeds = "Template error: Fn::Select requires a list argument with two elements: an integer index and a list"
	splitNeeds  = "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split " +
		"or a function that returns a string to be split."
	equalsNeeds = "Template error: every Fn::Equals object requires a list of 2 string parameters."
)

// checkIntrinsics refuses intrinsics whose arguments have another form.
func checkIntrinsics(body map[string]any) error {
	for _, section := range []string{"Conditions", "Resources", "Outputs"} {
		if err := checkNode(body[section], object(body["Conditions"])); err != nil {
			return err
		}
	}
	return checkMappings(object(body["Mappings"]))
}

func checkNode(node any, conditions map[string]any) error {
	switch node := node.(type) {
	case []any:
		for _, item := range node {
			if err := checkNode(item, conditions); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(node)) {
			if problem := checkCall(key, node[key], conditions); problem != "" && (len(node) == 1 || key == "Fn::Transform") {
				return invalid("%s", problem)
			}
			if err := checkNode(node[key], conditions); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkCall is what is wrong with an intrinsic, "" for nothing.
//
// Parity: CloudFormation: what is not simulated
func checkCall(name string, argument any, conditions map[string]any) string {
	args, isList := argument.([]any)
	switch name {
	case "Fn::GetAtt":
		if text, isText := argument.(string); isText && !strings.Contains(strings.Trim(text, "."), ".") || isList && len(args) != 2 {
			return getAttNeeds
		}
	case "Fn::Select":
		if !isList || len(args) != 2 || !selects(args) {
			return selectNeeds
		}
	case "Fn::Split":
		if !isList || len(args) != 2 {
			return splitNeeds
		}
	case "Fn::Equals":
		if !isList || len(args) != 2 {
			return equalsNeeds
		}
	case "Fn::Transform":
		return "Template error: Fn::Transform runs a macro on AWS, which cannot be done here"
	case "Fn::If":
		if condition, isText := firstText(args); isText && conditions[condition] == nil {
			return "Template error: unresolved condition dependency " + condition + " in Fn::If"
		}
	}
	return ""
}

func firstText(args []any) (string, bool) {
	if len(args) == 0 {
		return "", false
	}
	text, isText := args[0].(string)
	return text, isText
}

// selects says that what is literal in the arguments of Fn::Select fits.
func selects(args []any) bool {
	text, isScalar := scalarText(args[0])
	index, err := strconv.Atoi(text)
	if !isScalar {
		return true // an intrinsic
	}
	if _, isText := args[1].(string); err != nil || index < 0 || isText {
		return false
	}
	items, isList := args[1].([]any)
	return !isList || index < len(items)
}

func checkMappings(mappings map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(mappings)) {
		for _, key := range slices.Sorted(maps.Keys(object(mappings[name]))) {
			entries, isObject := object(mappings[name])[key].(map[string]any)
			if !isObject {
				return invalid("Template format error: Every Mappings member %s must be a map", name)
			}
			for _, value := range entries {
				if _, isObject := value.(map[string]any); isObject {
					return invalid("Template format error: Every Mappings attribute must be a String or a List.")
				}
			}
		}
	}
	return nil
}

// checkValues refuses what only the values of parameters and conditions show: mappings that are not
// there, and references to resources that a condition leaves out.
func checkValues(t *Template) error {
	body, err := Body(t.Text)
	if err != nil {
		return err
	}
	c := included{
		known: symbolic{template: t, body: body, value: func(reference) string { return knownAfterApply }},
		body:  body, missing: map[string]bool{}, resources: map[string]bool{},
	}
	if object(body["Conditions"]) == nil && object(body["Mappings"]) == nil {
		return nil
	}
	for r := range c.known.evaluate(nil).Resources() {
		c.resources[r.Source().LogicalID] = true
	}
	for _, id := range slices.Sorted(maps.Keys(c.resources)) {
		c.look(declared(body, "Resources", id)["Properties"])
	}
	if c.unmapped == "" && len(c.missing) > 0 {
		return invalid("Template format error: Unresolved resource dependencies [%s] in the Resources block of the template", listed(c.missing))
	}
	for _, key := range slices.Sorted(maps.Keys(object(body["Outputs"]))) {
		if output := declared(body, "Outputs", key); c.holds(output["Condition"]) {
			c.look(output["Value"])
		}
	}
	switch {
	case c.unmapped != "":
		return invalid("Template error: Unable to get mapping for %s", c.unmapped)
	case len(c.missing) > 0:
		return invalid("Unresolved resource dependencies [%s] in the Outputs block of the template", listed(c.missing))
	}
	return nil
}

// included looks at what is left of a template once its conditions are known.
type included struct {
	known     symbolic
	body      map[string]any
	resources map[string]bool // those that are there
	missing   map[string]bool // those that are referred to and left out
	unmapped  string          // a mapping that is not there
}

// holds says whether a condition is true. Without one, all is there.
func (c *included) holds(condition any) bool {
	return condition == nil || c.known.text(map[string]any{"Fn::If": []any{condition, "yes", "no"}}) == "yes"
}

// look goes through a node, but for the branches of Fn::If that are not taken.
func (c *included) look(node any) {
	switch node := node.(type) {
	case []any:
		for _, item := range node {
			c.look(item)
		}
	case map[string]any:
		if args, ok := node["Fn::If"].([]any); ok && len(node) == 1 && len(args) == 3 {
			taken := 2
			if c.holds(args[0]) {
				taken = 1
			}
			c.look(args[taken])
			return
		}
		if args, ok := node["Fn::FindInMap"].([]any); ok && len(node) == 1 && len(args) == 3 {
			c.findInMap(args)
		}
		for key, argument := range node {
			found := map[reference]bool{}
			if len(node) == 1 && intrinsic(key, argument, found) {
				c.refer(found)
			}
			c.look(argument)
		}
	}
}

func (c *included) refer(found map[reference]bool) {
	for r := range found {
		if object(c.body["Resources"])[r.Name] != nil && !c.resources[r.Name] {
			c.missing[r.Name] = true
		}
	}
}

func (c *included) findInMap(args []any) {
	var keys [3]string
	for i, arg := range args {
		keys[i] = c.known.text(arg)
		if keys[i] == "" {
			return // a provider says why
		}
	}
	if _, there := object(declared(c.body, "Mappings", keys[0])[keys[1]])[keys[2]]; !there && c.unmapped == "" {
		c.unmapped = strings.Join(keys[:], "::")
	}
}
