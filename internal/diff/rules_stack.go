package diff

import (
	"fmt"
	"reflect"
	"strings"

	"cognito-m2m/internal/diff/change"
	"cognito-m2m/naming"
)

// stackRules look at what belongs to a stack as a whole.
var stackRules = []struct {
	name  string
	check func(before, after *change.Stack) []remark
}{
	{"termination-protection", terminationProtection},
	{"stack-moved", stackMoved},
	{"address", addressOutputs},
}

func terminationProtection(before, after *change.Stack) []remark {
	switch {
	case before.TerminationProtection && !after.TerminationProtection:
		return remarks(Loosens, "termination protection is taken away")
	case !before.TerminationProtection && after.TerminationProtection:
		return remarks(Tightens, "gets termination protection")
	}
	return nil
}

// stackMoved: an account or Region that becomes known, or is no longer named, may still be the same
// one.
func stackMoved(before, after *change.Stack) []remark {
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

// outputAddresses are the outputs that callers and m2m read an address from.
var outputAddresses = []string{naming.APIURLOutput, naming.IssuerOutput, naming.TokenEndpointOutput}

// addressOutputs compares them: what they say is what a caller is to use, whichever resource it
// comes from.
func addressOutputs(before, after *change.Stack) []remark {
	var found []remark
	for _, name := range outputAddresses {
		was, is := before.Output(name), after.Output(name)
		if was != nil && !reflect.DeepEqual(was, is) {
			found = append(found, remark{Changes, "the address for callers changes (output " + name + "): " + change.Show(was) + " -> " + change.Show(is)})
		}
	}
	return found
}
