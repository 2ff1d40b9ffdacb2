package diff

import (
	"fmt"

	"cognito-m2m/internal/diff/change"
)

// stateful says what a replacement or removal costs.
func stateful(o *outcome) []remark {
	r := o.resource()
	loss := infoOf(r.Type).loss
	switch {
	case loss == "", o.elsewhere != nil: // see clientMoved
		return nil
	case o.kind == Replaced:
		policy := "UpdateReplacePolicy"
		if o.Moved() { // for CloudFormation, the old one is removed
			policy = "DeletionPolicy"
		}
		return remarks(Replaces, fmt.Sprintf("replaced (%s): %s", o.reason, loss)+fate(o.Before, policy))
	case o.kind == change.Removed:
		return remarks(Removes, "removed: "+loss+fate(o.Before, "DeletionPolicy"))
	}
	return nil
}

// fate is an addition about what CloudFormation does with the old resource.
func fate(r *change.Resource, policy string) string {
	value := change.Show(r.Attributes[policy])
	if protections[value] == 0 {
		return "; the old one is deleted"
	}
	return fmt.Sprintf("; the old one stays, in no stack (%s %s)", policy, value)
}

// protections order the values of DeletionPolicy and UpdateReplacePolicy. What is not set is
// deleted.
var protections = map[string]int{"Delete": 0, "Snapshot": 1, "RetainExceptOnCreate": 2, "Retain": 2}

func deletionPolicy(before, after *change.Resource) []remark {
	var found []remark
	for _, name := range []string{"DeletionPolicy", "UpdateReplacePolicy"} {
		was, is := change.Show(before.Attributes[name]), change.Show(after.Attributes[name])
		message := name + " " + was + " -> " + is
		switch {
		case protections[was] > protections[is]:
			found = append(found, remark{Loosens, "less protected: " + message})
		case protections[was] < protections[is]:
			found = append(found, remark{Tightens, "better protected: " + message})
		}
	}
	return found
}

// removal is a rule for a type whose removal says enough.
type removal struct {
	name     string
	typeName string
	effect   Effect
	message  string
}

var removals = []removal{
	{"rotation-removed", typeRotationSchedule, Loosens, "removed: the secret is no longer rotated"},
	{"alarm-removed", "AWS::CloudWatch::Alarm", Loosens, "removed: it no longer notifies anyone"},
	{"alarm-removed", "AWS::CloudWatch::CompositeAlarm", Loosens, "removed: it no longer notifies anyone"},
	{"firewall-removed", "AWS::WAFv2::WebACLAssociation", Loosens, "removed: the web ACL no longer protects it"},
	{"metric-removed", "AWS::Logs::MetricFilter", Loosens, "removed: what it counted in the logs is no longer seen"},
	{"stage-removed", typeStage, Removes, "removed: its URLs answer 404"},
	{"mapping-removed", typeMapping, Removes, "removed: the custom domain no longer leads to the API"},
	{"record-removed", typeRecord, Removes, "removed: the name leads nowhere"},
	{"scopes-removed", typeResourceServer, Tightens, "removed: tokens no longer carry its scopes, and routes that ask for them answer 403"},
}

func (r removal) rule() rule {
	return rule{r.name, []string{r.typeName}, func(o *outcome) []remark {
		if o.kind != change.Removed || o.elsewhere != nil {
			return nil
		}
		return remarks(r.effect, r.message)
	}}
}
