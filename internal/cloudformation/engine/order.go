package engine

import (
	"maps"
	"slices"
)

// order is that in which resources are made: each after those that it depends on, else by name. A
// circle, which a provider should have refused, is broken where it is met.
//
// Parity: CloudFormation: one resource after the other
func order(resources map[string]*Resident) (ids []string) {
	seen := map[string]bool{}
	var visit func(string)
	visit = func(id string) {
		r, there := resources[id]
		if seen[id] || !there {
			return
		}
		seen[id] = true
		for _, dependency := range slices.Sorted(slices.Values(r.DependsOn)) {
			visit(dependency)
		}
		ids = append(ids, id)
	}
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		visit(id)
	}
	return ids
}

// backwards are the resources that are there, in the order in which they are deleted.
func backwards(resources map[string]*Resident) (all []*Resource) {
	for _, id := range slices.Backward(order(resources)) {
		if r := resources[id]; r.made() {
			all = append(all, &r.Resource)
		}
	}
	return all
}

// needed are the resources that one depends on, directly or not.
func needed(resources map[string]*Resident, id string) map[string]bool {
	found := map[string]bool{}
	var visit func(string)
	visit = func(id string) {
		if r, there := resources[id]; there {
			for _, dependency := range r.DependsOn {
				if !found[dependency] {
					found[dependency] = true
					visit(dependency)
				}
			}
		}
	}
	visit(id)
	return found
}
