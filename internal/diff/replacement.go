package diff

import (
	"reflect"
	"slices"
	"strings"

	"cognito-m2m/internal/replacement"
)

// settle decides for every changed resource of an environment whether it is replaced: by a change of its own, or
// because a property that would replace it refers to a resource that is.
func settle(changes []*change) {
	byResource := map[*resource]*change{}
	for _, c := range changes {
		if !c.both() {
			continue
		}
		byResource[c.after] = c
		c.settleAlone()
	}
	followers := map[*resource][]int{} // the changes that refer to a resource
	unsettled := make([]bool, len(changes))
	for i, c := range changes {
		if !c.both() {
			continue
		}
		unsettled[i] = true
		for _, cause := range c.causes() {
			followers[cause.of] = append(followers[cause.of], i)
		}
	}
	for again := true; again; {
		again = false
		for i, c := range changes {
			if !unsettled[i] {
				continue
			}
			unsettled[i] = false
			if c.kind == Replaced || c.follow(byResource) {
				for _, follower := range followers[c.after] {
					unsettled[follower] = changes[follower].kind != Replaced
					again = again || unsettled[follower]
				}
			}
		}
	}
}

// cause is a resource that a property refers to, whose change replaces the resource with that property.
type cause struct {
	property string
	of       *resource
}

// causes are those of a change, in the order of the properties.
func (c *change) causes() []cause {
	if c.known == nil {
		c.known = []cause{}
		names, _ := replacement.Properties(c.after.typeName)
		for _, name := range names {
			for _, to := range references(c.after.stack, c.after.properties[name]) {
				c.known = append(c.known, cause{name, to.resource()})
			}
		}
	}
	return c.known
}

// settleAlone looks at the resource's own properties.
func (c *change) settleAlone() {
	properties, known := replacement.Properties(c.after.typeName)
	var changed []string
	for _, name := range properties {
		if !reflect.DeepEqual(c.before.properties[name], c.after.properties[name]) {
			changed = append(changed, name)
		}
	}
	switch {
	case c.moved():
		c.replaced("its logical id changes")
	case len(changed) > 0:
		slices.Sort(changed)
		c.replaced(strings.Join(changed, " and ") + " changes, which CloudFormation can't do in place")
	case !known && !reflect.DeepEqual(c.before.properties, c.after.properties):
		c.kind = MayReplace
		c.reason = "m2m does not know this type: see \"Update requires\" in its reference"
	}
}

// follow reports whether the resource goes with one that is replaced or, behind the same reference, is another one now.
func (c *change) follow(byResource map[*resource]*change) bool {
	for _, cause := range c.causes() {
		switch change := byResource[cause.of]; {
		case change == nil:
			c.replaced(cause.property + " refers to " + cause.of.subject() + ", which is new")
			return true
		case change.kind == Replaced:
			c.replaced(cause.property + " refers to " + cause.of.subject() + ", which is replaced")
			return true
		}
	}
	return false
}

func (c *change) replaced(reason string) { c.kind, c.reason = Replaced, reason }
