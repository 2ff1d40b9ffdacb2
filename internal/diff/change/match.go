package change

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// Pair is the two versions of one resource. Before is nil for one that is added, After for one that
// is removed.
type Pair struct {
	Before, After *Resource
	// Differences of its properties and attributes, in order; never nil, and empty if one side is
	// missing.
	Differences []Difference
	// AssetChanged is true if the code or another asset differs. Its hash is not among Differences.
	AssetChanged bool
}

// Both is true for a resource that is there before and after.
func (p Pair) Both() bool { return p.Before != nil && p.After != nil }

// Moved is true for a resource that goes on under another logical id.
func (p Pair) Moved() bool { return p.Both() && p.Before.LogicalID != p.After.LogicalID }

// Kind is Same, Added, Removed or Changed.
func (p Pair) Kind() Kind {
	switch {
	case p.Before == nil:
		return Added
	case p.After == nil:
		return Removed
	case p.AssetChanged || len(p.Differences) > 0:
		return Changed
	}
	return Same
}

func newPair(before, after *Resource) Pair {
	c := comparison{differences: []Difference{}}
	c.compare(nil, before.Properties, after.Properties)
	c.compare(nil, before.Attributes, after.Attributes)
	return Pair{Before: before, After: after, Differences: c.listed(), AssetChanged: c.assetChanged}
}

// match pairs the resources of two versions of a stack. Either stack may be nil.
func match(before, after *Stack) []Pair {
	was, is := resourcesOf(before), resourcesOf(after)
	var pairs []Pair
	for _, identity := range identities {
		pairs = append(pairs, takePairs(was, is, identity, identity)...)
	}
	for _, p := range slices.Clone(pairs) {
		if p.Moved() && p.After.Type == appClient {
			pairs = append(pairs, takeSiblings(was, is, path.Dir(p.Before.Path()), path.Dir(p.After.Path()))...)
		}
	}
	for _, logicalID := range keys(was, is) {
		if was[logicalID] != nil {
			pairs = append(pairs, Pair{Before: was[logicalID], Differences: []Difference{}})
		}
		if is[logicalID] != nil {
			pairs = append(pairs, Pair{After: is[logicalID], Differences: []Difference{}})
		}
	}
	return pairs
}

// takePairs takes out of was and is what has the same identity, if no other resource of its side
// has it: of two clients that are alike, it is unknown which one became the new one.
func takePairs(was, is map[string]*Resource, old, renamed func(*Resource) string) []Pair {
	before, after := unique(was, old), unique(is, renamed)
	var pairs []Pair
	for _, id := range keys(before) {
		b, a := before[id], after[id]
		if b == nil || a == nil {
			continue
		}
		pairs = append(pairs, newPair(b, a))
		delete(was, b.LogicalID)
		delete(is, a.LogicalID)
	}
	return pairs
}

// takeSiblings takes out what stands beside a renamed resource, in the same place under its old and
// its new construct: with a client, its secret is another one.
func takeSiblings(was, is map[string]*Resource, old, renamed string) []Pair {
	if old == renamed || old == "." || renamed == "." {
		return nil
	}
	place := func(parent string) func(*Resource) string {
		return func(r *Resource) string {
			rest, below := strings.CutPrefix(r.Path(), parent+"/")
			if !below {
				return ""
			}
			return r.Type + " " + rest
		}
	}
	return takePairs(was, is, place(old), place(renamed))
}

// unique indexes resources by identity, with nil for one that several have.
func unique(resources map[string]*Resource, identity func(*Resource) string) map[string]*Resource {
	index := map[string]*Resource{}
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
func resourcesOf(s *Stack) map[string]*Resource {
	if s == nil {
		return map[string]*Resource{}
	}
	return maps.Clone(s.Resources)
}
