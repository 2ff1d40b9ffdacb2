package diff

import (
	"reflect"
	"slices"
	"strings"

	"cognito-m2m/internal/diff/change"
	"cognito-m2m/internal/replacement"
)

// settle decides for every changed resource of an environment whether it is replaced: by a change
// of its own, or because a property that would replace it refers to a resource that is.
func settle(outcomes []*outcome) {
	byResource := map[*change.Resource]*outcome{}
	for _, o := range outcomes {
		if !o.Both() {
			continue
		}
		byResource[o.After] = o
		o.settleAlone()
	}
	followers := map[*change.Resource][]int{} // the outcomes of those that refer to a resource
	unsettled := make([]bool, len(outcomes))
	for i, o := range outcomes {
		if !o.Both() {
			continue
		}
		unsettled[i] = true
		for _, cause := range o.causes() {
			followers[cause.of] = append(followers[cause.of], i)
		}
	}
	for again := true; again; {
		again = false
		for i, o := range outcomes {
			if !unsettled[i] {
				continue
			}
			unsettled[i] = false
			if o.kind == Replaced || o.follow(byResource) {
				for _, follower := range followers[o.After] {
					unsettled[follower] = outcomes[follower].kind != Replaced
					again = again || unsettled[follower]
				}
			}
		}
	}
}

// causes are those of an outcome, in the order of the properties.
func (o *outcome) causes() []cause {
	if o.known == nil {
		o.known = []cause{}
		names, _ := replacement.Properties(o.After.Type)
		for _, name := range names {
			for _, to := range o.After.References(o.After.Properties[name]) {
				o.known = append(o.known, cause{name, to})
			}
		}
	}
	return o.known
}

// settleAlone looks at the resource's own properties.
func (o *outcome) settleAlone() {
	properties, known := replacement.Properties(o.After.Type)
	var changed []string
	for _, name := range properties {
		if !reflect.DeepEqual(o.Before.Properties[name], o.After.Properties[name]) {
			changed = append(changed, name)
		}
	}
	switch {
	case o.Moved():
		o.replaced("its logical id changes")
	case len(changed) > 0:
		slices.Sort(changed)
		o.replaced(strings.Join(changed, " and ") + " changes, which CloudFormation can't do in place")
	case !known && !reflect.DeepEqual(o.Before.Properties, o.After.Properties):
		o.kind = MayReplace
		o.reason = "m2m does not know this type: see \"Update requires\" in its reference"
	}
}

// follow reports whether the resource goes with one that is replaced or, behind the same reference,
// is another one now.
func (o *outcome) follow(byResource map[*change.Resource]*outcome) bool {
	for _, cause := range o.causes() {
		switch of := byResource[cause.of]; {
		case of == nil:
			o.replaced(cause.property + " refers to " + subjectOf(cause.of) + ", which is new")
			return true
		case of.kind == Replaced:
			o.replaced(cause.property + " refers to " + subjectOf(cause.of) + ", which is replaced")
			return true
		}
	}
	return false
}

func (o *outcome) replaced(reason string) { o.kind, o.reason = Replaced, reason }
