package template

import (
	"slices"
	"strings"
)

// checkCycles reports resources of a stack that depend on each other in a circle, none of which
// CloudFormation could create first. It looks at what the template declares: most references need
// no other property's value, so that resolving them never comes back to where it began.
func (s *scope) checkCycles() {
	search := cycleSearch{scope: s, at: map[string]int{}, done: make(set, len(s.inOrder))}
	for _, r := range s.inOrder {
		search.visit(r.logicalID)
	}
}

// cycleSearch goes through the resources of a stack depth first.
type cycleSearch struct {
	scope *scope
	path  []string       // the resources being visited, each of which depends on the next
	at    map[string]int // where in the path each of them is
	done  set
}

func (c *cycleSearch) visit(logicalID string) {
	r := c.scope.resources[logicalID]
	if _, done := c.done[logicalID]; done || r == nil {
		return
	}
	if included, ok := r.included(); !included || !ok {
		return
	}
	if start, visited := c.at[logicalID]; visited {
		circle := append(slices.Clone(c.path[start:]), logicalID)
		r.place().invalid(CloudFormation,
			"Circular dependency between resources: %s; take out one of these references", strings.Join(circle, " -> "))
		return
	}
	c.at[logicalID] = len(c.path)
	c.path = append(c.path, logicalID)
	for _, dependency := range r.dependencies() {
		c.visit(dependency)
	}
	c.path = c.path[:len(c.path)-1]
	delete(c.at, logicalID)
	c.done[logicalID] = struct{}{}
}

// dependencies are the names that the resource refers to, among them those of parameters and of
// nothing.
func (r *Resource) dependencies() []string {
	var found names
	r.scope.references(r.declaration["Properties"], &found)
	for _, name := range oneOrMore(r.declaration["DependsOn"]) {
		found.add(name)
	}
	return found.sorted()
}

// names are found in any order, and more than once.
type names []string

// add takes what stands where a name should; problems with it are reported where it is resolved.
func (n *names) add(name any) {
	if text, ok := name.(string); ok {
		*n = append(*n, text)
	}
}

func (n names) sorted() []string {
	slices.Sort(n)
	return slices.Compact(n)
}

// references finds the names that a node of the template refers to.
func (s *scope) references(node any, found *names) {
	if name, argument, ok := intrinsic(node); ok {
		s.referencesOf(name, argument, found)
		return
	}
	switch node := node.(type) {
	case map[string]any:
		if len(s.conditions) == 0 {
			for _, value := range node {
				s.references(value, found)
			}
			return
		}
		for _, value := range ordered(node) { // a condition that is looked at may report a problem
			s.references(value, found)
		}
	case []any:
		for _, item := range node {
			s.references(item, found)
		}
	}
}

func (s *scope) referencesOf(intrinsic string, argument any, found *names) {
	args, _ := argument.([]any)
	text, isText := argument.(string)
	switch {
	case intrinsic == "Ref":
		found.add(argument)
	case intrinsic == "Fn::GetAtt" && isText:
		found.add(resourceIn(text))
	case intrinsic == "Fn::GetAtt" && len(args) == 2:
		found.add(args[0])
	case intrinsic == "Fn::Sub" && isText:
		referencesInText(text, nil, found)
	case intrinsic == "Fn::Sub" && len(args) == 2:
		text, _ := args[0].(string)
		variables, _ := args[1].(map[string]any)
		referencesInText(text, variables, found)
		for _, node := range ordered(variables) {
			s.references(node, found)
		}
	case intrinsic == "Fn::If" && len(args) == 3:
		s.references(s.branch(args), found)
	default:
		s.references(argument, found)
	}
}

// resourceIn is the logical id in Resource.Attribute, which is also what stands in Fn::Sub.
func resourceIn(text string) string {
	logicalID, _, _ := strings.Cut(text, ".")
	return logicalID
}

// referencesInText finds the names in the text of Fn::Sub that are not variables of its own.
func referencesInText(text string, variables map[string]any, found *names) {
	for _, match := range subVariable.FindAllStringSubmatch(text, -1) {
		if _, own := variables[match[1]]; !own {
			found.add(resourceIn(match[1])) // ${!literal} gives a name that no resource has
		}
	}
}

// branch is the one that Fn::If takes; what the other refers to is not there. It is nil if the
// condition has a problem.
func (s *scope) branch(args []any) any {
	name, _ := args[0].(string)
	if _, known := s.conditions[name]; !known {
		return nil
	}
	result, ok := s.holds(Place{scope: s}, name)
	switch {
	case !ok:
		return nil
	case result:
		return args[1]
	}
	return args[2]
}
