package diff

import (
	"strings"

	"cognito-m2m/internal/diff/change"
	"cognito-m2m/internal/printable"
)

// outcome is what happens to one resource.
type outcome struct {
	change.Pair
	kind   change.Kind
	reason string  // why it is replaced
	known  []cause // see causes

	elsewhere *change.Resource // the same one in another stack, before or after; see linkMoves
}

// cause is a resource that a property refers to, whose change replaces the resource with that
// property.
type cause struct {
	property string
	of       *change.Resource
}

func outcomesOf(pairs []change.Pair) []*outcome {
	outcomes := make([]*outcome, len(pairs))
	for i, pair := range pairs {
		outcomes[i] = &outcome{Pair: pair, kind: pair.Kind()}
	}
	return outcomes
}

// resource is the one to call it by.
func (o *outcome) resource() *change.Resource {
	if o.After != nil {
		return o.After
	}
	return o.Before
}

// subject names both versions of a resource that gets another name.
func (o *outcome) subject() string {
	subject := subjectOf(o.resource())
	if o.Both() && subjectOf(o.Before) != subject {
		return subjectOf(o.Before) + " -> " + strings.TrimPrefix(subject, infoOf(o.After.Type).noun+" ")
	}
	return subject
}

// report is the outcome as the report has it.
func (o *outcome) report() Resource {
	r := o.resource()
	reported := Resource{
		LogicalID:    r.LogicalID,
		Type:         r.Type,
		Path:         printable.Text(r.Path()),
		Change:       o.kind,
		Reason:       o.reason,
		AssetChanged: o.AssetChanged,
		Differences:  o.Differences,
	}
	if o.Moved() {
		reported.WasLogicalID = o.Before.LogicalID
	}
	return reported
}
