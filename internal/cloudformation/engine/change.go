package engine

import (
	"slices"
	"strings"
)

// Change is what a change set does to one resource.
type Change struct {
	Action, LogicalID, PhysicalID, Type string
	Replacement, PolicyAction           string // "" where there is none
	Scope                               []string
	Details                             []Detail
	// Before and After are the resource as JSON, with values asked for.
	Before, After string `json:",omitempty"`
}

// Detail is one reason for a change.
type Detail struct {
	Attribute, Name, Recreation string // of the target; Name is that of a property
	Evaluation, Source, Entity  string // Entity is the cause, "" if it is the template itself
	// With values asked for.
	Path, ChangeType, Before, After string `json:",omitempty"`
	HasBefore, HasAfter             bool   `json:",omitempty"`
}

// sortChanges orders changes by logical id, a longer name before one that it begins with.
//
// Source: localstack/localstack 8b9a79f0, resources/test_cdk.py test_cdk_bootstrap_redeploy.
func sortChanges(changes []Change) {
	slices.SortFunc(changes, func(a, b Change) int {
		switch {
		case a.LogicalID != b.LogicalID && strings.HasPrefix(a.LogicalID, b.LogicalID):
			return -1
		case a.LogicalID != b.LogicalID && strings.HasPrefix(b.LogicalID, a.LogicalID):
			return 1
		}
		return compare(a.LogicalID, b.LogicalID)
	})
}

// compare works out the changes of a change set.
func (e *Engine) compare(s *Stack, set *ChangeSet, evaluated *Evaluated) {
}
