package policy

import (
	"slices"
	"strings"
)

// Grant is one action on one resource of a statement, each as the policy writes it.
type Grant struct {
	Kind   Kind
	Policy string
	// Statement counts from 0.
	Statement int
	Sid       string
	// Action and Resource start with ! if the statement has NotAction or NotResource, and name all
	// of its values then, with commas between. Resource is "" if the statement has none.
	Action, Resource string
}

// Grants are all that the document's Allow statements allow, in their order.
func (d *Document) Grants() (list []Grant) {
	everything := func(pattern) bool { return true }
	for i := range d.statements {
		if !d.statements[i].deny {
			list = append(list, d.grants(i, everything, everything)...)
		}
	}
	return list
}

// Keys are the condition keys and policy variables that the document uses, in lower case, sorted.
func (d *Document) Keys() (names []string) {
	for _, s := range d.statements {
		for _, r := range s.resources {
			names = append(names, r.variables()...)
		}
		for _, c := range s.conditions {
			names = append(names, c.key)
			for _, o := range c.values {
				switch o := o.(type) {
				case textOperand:
					names = append(names, o.pattern.variables()...)
				case foldedOperand:
					names = append(names, o.pattern.variables()...)
				case arnOperand:
					names = append(names, o.pattern.variables()...)
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// grants are the actions and resources of a statement that were asked for.
func (d *Document) grants(index int, action, resource func(pattern) bool) (list []Grant) {
	s := &d.statements[index]
	resources := []string{""}
	if len(s.resources) > 0 {
		resources = written(s.resources, s.notResource, resource)
	}
	for _, a := range written(s.actions, s.notAction, action) {
		for _, r := range resources {
			list = append(list, Grant{d.kind, d.name, index, s.sid, a, r})
		}
	}
	return list
}

func written(patterns []pattern, negated bool, wanted func(pattern) bool) (sources []string) {
	for _, p := range patterns {
		if negated || wanted(p) {
			sources = append(sources, p.source)
		}
	}
	if negated {
		return []string{"!" + strings.Join(sources, ",")}
	}
	return sources
}

// grants are what of these statements matches the request.
func (e *evaluation) grants(hits []hit) (list []Grant) {
	action := func(p pattern) bool { return p.matches(e.action, e.keys) }
	resource := func(p pattern) bool { return p.matches(e.request.Resource, e.keys) }
	for _, h := range hits {
		list = append(list, h.document.grants(h.index, action, resource)...)
	}
	return list
}
