package policy

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// statement is one statement of a document.
type statement struct {
	sid  string
	deny bool
	// principals are nil in a policy that has none.
	principals   []principal
	notPrincipal bool
	actions      []pattern
	notAction    bool
	// resources are empty where the resource is the one that the policy is attached to.
	resources   []pattern
	notResource bool
	conditions  []condition
}

var statementElements = []string{
	"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}

func (d *reader) statement(path string, decoded any) {
	elements, ok := decoded.(map[string]any)
	if !ok {
		d.problem(path, "a statement is a JSON object")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(elements)) {
		if !slices.Contains(statementElements, name) {
			d.problem(path+"."+name, "a statement has no such element: %s are known", strings.Join(statementElements, ", "))
		}
	}
	s := statement{}
	s.sid = d.sid(path, elements)
	s.deny = d.effect(path, elements)
	d.principalsOf(path, elements, &s)
	s.actions, s.notAction = d.actionsOf(path, elements)
	s.resources, s.notResource = d.resourcesOf(path, elements)
	if value, ok := elements["Condition"]; ok {
		s.conditions = d.conditions(path+".Condition", value)
	}
	d.document.statements = append(d.document.statements, s)
}

func (d *reader) sid(path string, elements map[string]any) string {
	value, given := elements["Sid"]
	sid, ok := value.(string)
	if given && !ok {
		d.problem(path+".Sid", "it is text")
	}
	return sid
}

func (d *reader) effect(path string, elements map[string]any) (deny bool) {
	effect := elements["Effect"]
	if effect != "Allow" && effect != "Deny" {
		d.problem(path+".Effect", "it is Allow or Deny")
	}
	return effect == "Deny"
}

// either is which of two elements that exclude each other a statement has; "" if it has none.
func (d *reader) either(path, name string, elements map[string]any) (has string) {
	_, plain := elements[name]
	_, negated := elements["Not"+name]
	switch {
	case plain && negated:
		d.problem(path, "it has both %s and Not%s", name, name)
	case negated:
		return "Not" + name
	case plain:
		return name
	}
	return ""
}

// actionForm is what an action may be, beside * alone.
var actionForm = regexp.MustCompile(`^([A-Za-z0-9-]+|\*):[A-Za-z0-9*?]+$`)

func (d *reader) actionsOf(path string, elements map[string]any) (patterns []pattern, negated bool) {
	name := d.either(path, "Action", elements)
	if name == "" {
		d.problem(path, "it has no Action or NotAction")
		return nil, false
	}
	for _, text := range d.texts(path+"."+name, elements[name]) {
		if text != "*" && !actionForm.MatchString(text) {
			d.problem(path+"."+name, "%q is not an action such as secretsmanager:GetSecretValue", text)
			continue
		}
		p := literal(strings.ToLower(text), plainText)
		p.source = text
		patterns = append(patterns, p)
	}
	return patterns, name == "NotAction"
}

func (d *reader) resourcesOf(path string, elements map[string]any) (patterns []pattern, negated bool) {
	name := d.either(path, "Resource", elements)
	if name == "" {
		if d.document.kind != ResourcePolicy {
			d.problem(path, "it has no Resource or NotResource")
		}
		return nil, false
	}
	for _, text := range d.texts(path+"."+name, elements[name]) {
		p, err := d.resource(text)
		if err != nil {
			d.problem(path+"."+name, "%v", err)
			continue
		}
		patterns = append(patterns, p)
	}
	return patterns, name == "NotResource"
}

// covers says whether a statement is about an action on a resource, conditions and principals left
// aside.
func (s *statement) covers(action, resource string, c context) bool {
	return anyMatches(s.actions, action, c) != s.notAction &&
		(len(s.resources) == 0 || anyMatches(s.resources, resource, c) != s.notResource)
}

func anyMatches(patterns []pattern, value string, c context) bool {
	return slices.ContainsFunc(patterns, func(p pattern) bool { return p.matches(value, c) })
}

// holds says whether all conditions hold.
func (s *statement) holds(c context) bool {
	for i := range s.conditions {
		if !s.conditions[i].holds(c) {
			return false
		}
	}
	return true
}
