package engine

import (
	"maps"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/replacement"
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

// comparison works out the changes of a change set. It lists them twice, because CloudFormation
// lists others with values than without.
//
// Source: localstack/localstack 8b9a79f0, tests/aws/services/cloudformation, test_change_sets.py
// and test_change_set_*.py.
//
// Parity: CloudFormation: why a change set changes a resource
type comparison struct {
	had           *Stack
	before, after map[string]any // the bodies
	targets       map[string]*Resident
	parameters    map[string]bool // those whose value changes
	modified      map[string]bool // the resources that are listed as modified
	known         symbolic
	resources     map[string]*template.Resource // as known evaluates them; nil until they are asked for
}

// compare works out the changes of a change set.
func (e *Engine) compare(s *Stack, set *ChangeSet, evaluated *Evaluated) {
	c := &comparison{had: s, targets: targets(set.Template, evaluated), parameters: map[string]bool{}, modified: map[string]bool{}}
	c.after, _ = Body(set.Template.Text)
	if s.Template != nil {
		c.before, _ = Body(s.Template.Text)
	}
	for _, p := range set.Parameters {
		old, had := s.parameter(p.Key)
		c.parameters[p.Key] = had && old != p.Value
	}
	c.known = symbolic{template: set.Template, body: c.after, exports: e.exports(s.Place), value: c.valueOf}
	for _, id := range order(c.targets) {
		off, on := c.changes(id)
		set.Changes, set.ValuedChanges = append(set.Changes, off...), append(set.ValuedChanges, on...)
		if reason := c.targets[id].Unresolved; reason != "" && set.Warning == "" {
			set.Warning = "[WARN] --include-property-values option can return incomplete ChangeSet data because: ChangeSet creation failed " +
				"for resource [" + id + "] because: " + strings.TrimSuffix(reason, " found")
		}
	}
	for id, r := range s.Resources {
		if _, kept := c.targets[id]; !kept && r.made() {
			set.Changes = append(set.Changes, removal(r, false))
			set.ValuedChanges = append(set.ValuedChanges, removal(r, true))
		}
	}
	sortChanges(set.Changes)
	sortChanges(set.ValuedChanges)
}

// exports are the values of a place's exports, by name.
func (e *Engine) exports(in Place) map[string]string {
	all := map[string]string{}
	e.Each(in, func(s *Stack) {
		for _, output := range s.Outputs {
			if output.ExportName != "" && !s.Deleted() {
				all[output.ExportName] = output.Value
			}
		}
	})
	return all
}

// valueOf is what a reference gives before the change set is executed.
func (c *comparison) valueOf(r reference) string {
	current := c.had.Resources[r.Name]
	if c.new(r.Name) {
		return knownAfterApply
	}
	if r.Attribute == "" {
		return current.PhysicalID
	}
	if value, known := current.Attributes[r.Attribute]; known {
		return value
	}
	return knownAfterApply
}

// new says that a resource is made or replaced.
func (c *comparison) new(id string) bool {
	current, target := c.had.Resources[id], c.targets[id]
	return target != nil && (!current.made() || !current.is(&target.Resource))
}

func removal(r *Resident, valued bool) Change {
	change := Change{Action: "Remove", LogicalID: r.LogicalID, PhysicalID: r.PhysicalID, Type: r.Type, PolicyAction: "Delete"}
	if strings.HasPrefix(r.DeletionPolicy, "Retain") {
		change.PolicyAction = "Retain"
	}
	if valued {
		change.Before = contextOf(r.Shown())
	}
	return change
}

// contextOf is a resource as contexts of a change have it.
func contextOf(properties map[string]any) string {
	if len(properties) == 0 {
		return "{}"
	}
	return template.JSON(map[string]any{"Properties": properties})
}

// changes are those of one resource that is kept or made: without values and with them, none or
// one each.
func (c *comparison) changes(id string) (off, on []Change) {
	current, target := c.had.Resources[id], c.targets[id]
	after := c.foreseen(id)
	if !current.made() {
		change := Change{Action: "Add", LogicalID: id, Type: target.Type}
		valued := change
		valued.After = contextOf(masked(after, target.Hidden))
		return []Change{change}, []Change{valued}
	}
	change := Change{Action: "Modify", LogicalID: id, PhysicalID: current.PhysicalID, Type: target.Type, Replacement: "False"}
	change.Scope, change.Details = attributeDetails(current, target)
	valued := change
	valued.Details = slices.Clone(change.Details)
	for _, name := range names(current.Properties, target.Properties, after) {
		reasons := c.reasons(id, name)
		change.Details = append(change.Details, reasons...)
		if !same(current.Properties[name], after[name]) {
			valued.Details = append(valued.Details, withValues(reasons, c.shown(id, name, current.Properties), c.shown(id, name, after))...)
		}
	}
	if len(change.Details) > 0 {
		c.modified[id] = true
		off = []Change{c.completed(change)}
	}
	if len(valued.Details) > 0 {
		valued.Before, valued.After = contextOf(current.Shown()), contextOf(masked(after, target.Hidden))
		on = []Change{c.completed(valued)}
	}
	return off, on
}

// shown is a property as details have it. One that was hidden before, or is from now on, is hidden.
func (c *comparison) shown(id, name string, properties map[string]any) any {
	return masked(properties, slices.Concat(c.had.Resources[id].Hidden, c.targets[id].Hidden))[name]
}

// completed is a modification with its scope, and whether it replaces.
func (c *comparison) completed(change Change) Change {
	maybe := false
	for _, d := range change.Details {
		if d.Attribute == "Properties" && !slices.Contains(change.Scope, d.Attribute) {
			change.Scope = append(change.Scope, d.Attribute)
		}
		maybe = maybe || d.Recreation == "Always"
	}
	switch {
	case c.new(change.LogicalID):
		change.Replacement, change.PolicyAction = "True", "ReplaceAndDelete"
		if strings.HasPrefix(c.targets[change.LogicalID].UpdateReplacePolicy, "Retain") {
			change.PolicyAction = "ReplaceAndRetain"
		}
	case maybe:
		change.Replacement = "Conditional"
	}
	return change
}

// attributeDetails are changes beside the properties.
func attributeDetails(current, target *Resident) (scope []string, details []Detail) {
	for _, attribute := range []struct{ name, before, after string }{
		{"Metadata", current.Metadata, target.Metadata},
		{"DeletionPolicy", current.DeletionPolicy, target.DeletionPolicy},
		{"UpdateReplacePolicy", current.UpdateReplacePolicy, target.UpdateReplacePolicy},
	} {
		if attribute.before != attribute.after {
			scope = append(scope, attribute.name)
			details = append(details, Detail{Attribute: attribute.name, Recreation: "Never", Evaluation: "Static", Source: "DirectModification"})
		}
	}
	return scope, details
}

func names(objects ...map[string]any) []string {
	all := map[string]bool{}
	for _, object := range objects {
		for name := range object {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// foreseen are the properties of a resource as they are known before the change set is executed.
// What does not refer to a resource that changes is what the provider says.
func (c *comparison) foreseen(id string) map[string]any {
	target, current := c.targets[id], c.had.Resources[id]
	foreseen := maps.Clone(target.Properties)
	declaration := object(declared(c.after, "Resources", id)["Properties"])
	for name := range target.Properties {
		unknown, changing := c.depends(declaration[name])
		if !unknown && !changing {
			continue
		}
		if current.made() && !unknown && c.untouched(id, name) {
			foreseen[name] = current.Properties[name]
			continue
		}
		if c.resources == nil {
			c.resources = c.known.resources()
		}
		if r := c.resources[id]; r != nil {
			if value, ok := r.Property(name); ok && value != nil {
				foreseen[name] = value
			}
		}
	}
	return foreseen
}

// depends says whether a node refers to a resource that is new or replaced, and whether to an
// attribute of one that is updated in place.
func (c *comparison) depends(node any) (unknown, changing bool) {
	for _, r := range referencesOf(node) {
		unknown = unknown || c.new(r.Name)
		changing = changing || r.Attribute != "" && c.modified[r.Name]
	}
	return unknown, changing
}

// untouched says that neither the template nor a parameter changes a property.
func (c *comparison) untouched(id, name string) bool {
	return !c.rewritten(id, name) && !slices.ContainsFunc(referencesOf(c.node(c.after, id, name)), func(r reference) bool {
		return c.parameters[r.Name]
	})
}

func (c *comparison) node(body map[string]any, id, name string) any {
	return object(declared(body, "Resources", id)["Properties"])[name]
}

// rewritten says that the template has something else for a property.
func (c *comparison) rewritten(id, name string) bool {
	return !same(c.node(c.before, id, name), c.node(c.after, id, name))
}

// reasons are why a property changes, none if it does not.
func (c *comparison) reasons(id, name string) (all []Detail) {
	current, target := c.had.Resources[id], c.targets[id]
	add := func(evaluation, source, entity string) {
		d := Detail{Attribute: "Properties", Name: name, Recreation: "Never", Evaluation: evaluation, Source: source, Entity: entity}
		if always, _ := replacement.Properties(target.Type); slices.Contains(always, name) {
			d.Recreation = "Always"
		}
		all = append(all, d)
	}
	changed := !same(current.Properties[name], target.Properties[name])
	for _, r := range referencesOf(c.node(c.after, id, name)) {
		source := "ResourceReference"
		if r.Attribute != "" {
			source = "ResourceAttribute"
		}
		switch {
		case c.parameters[r.Name] && changed:
			add("Static", "ParameterReference", r.Name)
			add("Dynamic", "DirectModification", "")
		case c.had.Resources[r.Name].made() && c.new(r.Name):
			add("Static", source, r.String())
		case r.Attribute != "" && c.modified[r.Name]:
			add("Dynamic", source, r.String())
		}
	}
	if changed && (len(all) == 0 || c.rewritten(id, name)) {
		add("Static", "DirectModification", "")
	}
	return all
}

// withValues are the reasons for a change of a property, with its values. What follows from a
// replacement has a second one then, and what only an update in place could change is left out.
func withValues(reasons []Detail, before, after any) (all []Detail) {
	for _, d := range reasons {
		if d.Evaluation == "Dynamic" && d.Source == "ResourceAttribute" {
			continue
		}
		all = append(all, d)
		if d.Source == "ResourceReference" || d.Source == "ResourceAttribute" {
			d.Evaluation, d.Source, d.Entity = "Dynamic", "DirectModification", ""
			all = append(all, d)
		}
	}
	for i := range all {
		d := &all[i]
		d.Path, d.ChangeType, d.HasBefore, d.HasAfter = "/Properties/"+d.Name, "Modify", before != nil, after != nil
		switch {
		case before == nil:
			d.ChangeType = "Add"
		case after == nil:
			d.ChangeType = "Remove"
		}
		if d.HasBefore {
			d.Before = shown(before)
		}
		if d.HasAfter {
			d.After = shown(after)
		}
	}
	return all
}

// sortChanges orders changes by logical id, a longer name before one that it begins with.
//
// Source: localstack/localstack 8b9a79f0, resources/test_cdk.py test_cdk_bootstrap_redeploy.
func sortChanges(changes []Change) {
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.LogicalID+"~", b.LogicalID+"~") })
}
