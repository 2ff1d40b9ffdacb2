package template

import "reflect"

// condition is one entry of the Conditions section.
type condition struct {
	node   any
	result cell
}

// readConditions evaluates the conditions that nothing uses too, because a deployment fails on any
// of them.
func (s *scope) readConditions() {
	for name := range ordered(s.conditions) {
		s.holds(Place{scope: s}, name)
	}
}

// included evaluates the Condition of a resource or output; without one it is always there.
func (s *scope) included(at Place, declaration map[string]any) (result, ok bool) {
	node, conditional := declaration["Condition"]
	if !conditional {
		return true, true
	}
	name, isText := node.(string)
	if !isText {
		at.field("Condition").invalid(CloudFormation, "Condition takes the name of a condition, not %s", describe(node))
		return false, false
	}
	return s.holds(at.field("Condition"), name)
}

// holds evaluates the condition called name. It returns false for ok if that is not possible; the
// problem has been reported by then.
func (s *scope) holds(at Place, name string) (result, ok bool) {
	c, ok := s.conditions[name]
	if !ok {
		at.invalid(CloudFormation, "there is no condition %s in the template", name)
		return false, false
	}
	here := Place{scope: s, logicalID: name, conditional: true}
	value, ok := c.result.get(here, func() (any, bool) { return s.test(here, c.node) })
	result, _ = value.(bool)
	return result, ok
}

// test evaluates a node of the Conditions section to a bool.
func (s *scope) test(at Place, node any) (any, bool) {
	return at.nested("conditions", func() (any, bool) { return s.testNode(at, node) })
}

func (s *scope) testNode(at Place, node any) (any, bool) {
	object, _ := node.(map[string]any)
	if len(object) == 1 {
		for function, argument := range object {
			return s.testFunction(at, function, argument)
		}
	}
	return at.invalid(CloudFormation, "a condition is one of Fn::Equals, Fn::And, Fn::Or, Fn::Not, Condition")
}

func (s *scope) testFunction(at Place, function string, argument any) (any, bool) {
	switch function {
	case "Condition":
		name, ok := argument.(string)
		if !ok {
			return at.invalid(CloudFormation, "Condition takes the name of a condition, not %s", describe(argument))
		}
		return s.holds(at, name)
	case "Fn::Equals":
		return s.equals(at, argument)
	case "Fn::Not":
		results, ok := s.tests(at, function, argument, exactly(1))
		return ok && !results[0], ok
	case "Fn::And":
		return s.fold(at, function, argument, true)
	case "Fn::Or":
		return s.fold(at, function, argument, false)
	}
	return at.invalid(CloudFormation, "%s is not a condition function", function)
}

// fold is Fn::And (neutral true) and Fn::Or (neutral false), which CloudFormation limits to 2 to 10
// conditions.
func (s *scope) fold(at Place, function string, argument any, neutral bool) (any, bool) {
	results, ok := s.tests(at, function, argument, count{2, 10})
	for _, result := range results {
		if result != neutral {
			return !neutral, ok
		}
	}
	return neutral, ok
}

func (s *scope) tests(at Place, function string, argument any, takes count) ([]bool, bool) {
	nodes, complete := arguments(at, function, argument, takes)
	results := make([]bool, len(nodes))
	for i, node := range nodes {
		value, ok := s.test(at, node)
		results[i], _ = value.(bool)
		complete = complete && ok
	}
	return results, complete
}

func (s *scope) equals(at Place, argument any) (any, bool) {
	args, ok := arguments(at, "Fn::Equals", argument, exactly(2))
	if !ok {
		return nil, false
	}
	left, okLeft := s.resolve(at, args[0])
	right, okRight := s.resolve(at, args[1])
	if !okLeft || !okRight {
		return nil, false
	}
	leftText, okLeft := scalarText(left)
	rightText, okRight := scalarText(right)
	if okLeft && okRight {
		return leftText == rightText, true
	}
	return reflect.DeepEqual(left, right), at.spend(weight(left))
}

// choose is Fn::If. The branch that is not taken is not looked at, as on AWS.
func (s *scope) choose(at Place, argument any) (any, bool) {
	args, ok := arguments(at, "Fn::If", argument, exactly(3))
	if !ok {
		return nil, false
	}
	name, ok := args[0].(string)
	if !ok {
		return at.invalid(CloudFormation, "Fn::If takes the name of a condition, not %s", describe(args[0]))
	}
	result, ok := s.holds(at, name)
	if !ok {
		return nil, false
	}
	if result {
		return s.resolve(at, args[1])
	}
	return s.resolve(at, args[2])
}
