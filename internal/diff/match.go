package diff

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"
)

// match pairs the resources of two versions of a stack: by logical id, and those left over by what they are. Either
// stack may be nil.
func match(before, after *stack) []*change {
	var changes []*change
	was, is := resourcesOf(before), resourcesOf(after)
	for _, logicalID := range keys(was, is) {
		b, a := was[logicalID], is[logicalID]
		// CloudFormation can't turn a resource into one of another type.
		if b != nil && a != nil && b.typeName == a.typeName {
			changes = append(changes, newChange(b, a))
			delete(was, logicalID)
			delete(is, logicalID)
		}
	}
	for _, identity := range identities {
		changes = append(changes, pair(was, is, identity)...)
	}
	for _, c := range slices.Clone(changes) {
		if c.moved() && kindOf(c.after.typeName).renamed {
			changes = append(changes, pairSiblings(was, is, path.Dir(c.before.path()), path.Dir(c.after.path()))...)
		}
	}
	for _, logicalID := range keys(was, is) {
		if was[logicalID] != nil {
			changes = append(changes, &change{kind: Removed, before: was[logicalID]})
		}
		if is[logicalID] != nil {
			changes = append(changes, &change{kind: Added, after: is[logicalID]})
		}
	}
	return changes
}

func newChange(before, after *resource) *change {
	c := &change{kind: Same, before: before, after: after, comparison: differencesOf(before, after)}
	if c.comparison.assetChanged || len(c.comparison.differences) > 0 {
		c.kind = Changed
	}
	return c
}

// identities say when two resources with different logical ids are the same thing: first by name, then, for types
// whose resources get renamed, by everything but the name. An empty text says nothing.
var identities = []func(*resource) string{
	func(r *resource) string {
		name, ok := r.get(kindOf(r.typeName).name).(string)
		if !ok || name == "" {
			return ""
		}
		return r.typeName + " " + name
	},
	func(r *resource) string {
		k := kindOf(r.typeName)
		if !k.renamed {
			return ""
		}
		rest := maps.Clone(r.properties)
		delete(rest, k.name)
		encoded, err := json.Marshal(rest) // maps are written in the order of their keys
		if err != nil {
			return ""
		}
		return r.typeName + " " + string(encoded)
	},
}

// pair takes out of was and is what has the same identity, if no other resource of its side has it: of two clients
// that are alike, it is unknown which one became the new one.
func pair(was, is map[string]*resource, identity func(*resource) string) []*change {
	return pairUp(was, is, identity, identity)
}

func pairUp(was, is map[string]*resource, old, renamed func(*resource) string) []*change {
	before, after := unique(was, old), unique(is, renamed)
	var changes []*change
	for _, id := range keys(before) {
		b, a := before[id], after[id]
		if b == nil || a == nil {
			continue
		}
		changes = append(changes, newChange(b, a))
		delete(was, b.logicalID)
		delete(is, a.logicalID)
	}
	return changes
}

// pairSiblings pairs what stands beside a renamed resource, in the same place under its old and its new construct: with
// a client, its secret is another one.
func pairSiblings(was, is map[string]*resource, old, renamed string) []*change {
	if old == renamed || old == "." || renamed == "." {
		return nil
	}
	place := func(parent string) func(*resource) string {
		return func(r *resource) string {
			rest, below := strings.CutPrefix(r.path(), parent+"/")
			if !below {
				return ""
			}
			return r.typeName + " " + rest
		}
	}
	return pairUp(was, is, place(old), place(renamed))
}

// unique indexes resources by identity, with nil for one that several have.
func unique(resources map[string]*resource, identity func(*resource) string) map[string]*resource {
	index := map[string]*resource{}
	for _, r := range resources {
		id := identity(r)
		if id == "" {
			continue
		}
		if _, taken := index[id]; taken {
			index[id] = nil
			continue
		}
		index[id] = r
	}
	return index
}

// resourcesOf is a copy of the stack's index of resources.
func resourcesOf(s *stack) map[string]*resource {
	if s == nil {
		return map[string]*resource{}
	}
	return maps.Clone(s.resources)
}
