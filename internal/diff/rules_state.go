package diff

import (
	"fmt"
	"reflect"
	"strings"
)

// stateful says what a replacement or removal costs.
func stateful(c *change) []remark {
	r := c.resource()
	loss := kindOf(r.typeName).loss
	switch {
	case loss == "":
		return nil
	case c.kind == Replaced:
		policy := "UpdateReplacePolicy"
		if c.moved() { // for CloudFormation, the old one is removed
			policy = "DeletionPolicy"
		}
		return remarks(Replaces, fmt.Sprintf("replaced (%s): %s", c.reason, loss)+fate(c.before, policy))
	case c.kind == Removed:
		return remarks(Removes, "removed: "+loss+fate(c.before, "DeletionPolicy"))
	}
	return nil
}

// fate is an addition about what CloudFormation does with the old resource.
func fate(r *resource, policy string) string {
	value := show(r.attributes[policy])
	if protections[value] == 0 {
		return "; the old one is deleted"
	}
	return fmt.Sprintf("; the old one stays, in no stack (%s %s)", policy, value)
}

// protections order the values of DeletionPolicy and UpdateReplacePolicy. What is not set is deleted.
var protections = map[string]int{notSet: 0, "Delete": 0, "Snapshot": 1, "RetainExceptOnCreate": 2, "Retain": 2}

func deletionPolicy(c *change) []remark {
	if !c.both() {
		return nil
	}
	var found []remark
	for _, name := range []string{"DeletionPolicy", "UpdateReplacePolicy"} {
		was, is := show(c.before.attributes[name]), show(c.after.attributes[name])
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

// secretValue: what the template gives as value is written over what is there whenever it changes, a rotated value too.
func secretValue(c *change) []remark {
	if !c.both() {
		return nil
	}
	for _, name := range []string{"SecretString", "GenerateSecretString"} {
		if !reflect.DeepEqual(c.before.properties[name], c.after.properties[name]) {
			return remarks(Replaces, "its value is overwritten ("+name+" changes), whatever a rotation has put there")
		}
	}
	return nil
}

// stackRules look at what belongs to a stack as a whole.
var stackRules = []struct {
	name  string
	check func(before, after *stack) []remark
}{
	{"termination-protection", terminationProtection},
	{"stack-moved", stackMoved},
	{"address", addressOutputs},
}

func terminationProtection(before, after *stack) []remark {
	switch {
	case before.TerminationProtection && !after.TerminationProtection:
		return remarks(Loosens, "termination protection is taken away")
	case !before.TerminationProtection && after.TerminationProtection:
		return remarks(Tightens, "gets termination protection")
	}
	return nil
}

// stackMoved: an account or Region that becomes known, or is no longer named, may still be the same one.
func stackMoved(before, after *stack) []remark {
	var moved []string
	for _, part := range []struct{ name, was, is string }{
		{"account", before.Account, after.Account},
		{"Region", before.Region, after.Region},
	} {
		if part.was != "" && part.is != "" && part.was != part.is {
			moved = append(moved, fmt.Sprintf("%s %s -> %s", part.name, part.was, part.is))
		}
	}
	if len(moved) == 0 {
		return nil
	}
	return remarks(Replaces, "goes to another place ("+strings.Join(moved, ", ")+"): everything in it is new there, and the old stack stays behind")
}
