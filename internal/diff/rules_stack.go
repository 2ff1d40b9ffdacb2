package diff

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"

	"cognito-m2m/internal/diff/change"
	"cognito-m2m/naming"
)

// stackRules look at what belongs to a stack as a whole. A stack that is added was nil, and one
// that is removed becomes nil.
var stackRules = []struct {
	name  string
	check func(before, after *change.Stack) []remark
}{
	{"group", group},
	{"termination-protection", keptStack(terminationProtection)},
	{"stack-moved", keptStack(stackMoved)},
	{"address", keptStack(addressOutputs)},
}

// keptStack is a check of a stack that is there before and after, which says nothing of any other.
func keptStack(check func(before, after *change.Stack) []remark) func(before, after *change.Stack) []remark {
	return func(before, after *change.Stack) []remark {
		if before == nil || after == nil {
			return nil
		}
		return check(before, after)
	}
}

// group tells of the stack of a group of clients that comes or goes. CDK deploys what the assembly
// has, and deletes nothing.
func group(before, after *change.Stack) []remark {
	if (before == nil) == (after == nil) {
		return nil
	}
	there := cmp.Or(after, before)
	environment, stack, _ := naming.ParseStack(there.StackName)
	if _, isGroup := naming.ParseGroupStack(stack); !isGroup {
		return nil
	}
	if before == nil {
		return remarks(Changes, fmt.Sprintf("added, clients in it: %d. The function authorizer accepts them as soon as they have tokens", clientsIn(there)))
	}
	return remarks(Changes, fmt.Sprintf("no longer in the assembly, so a deployment leaves it as it is, and its clients (%d) go on working. Before its file is deleted, "+
		"run npx cdk destroy %s/%s; afterwards, aws cloudformation delete-stack --stack-name %s", clientsIn(there), environment, stack, there.StackName))
}

func clientsIn(s *change.Stack) (count int) {
	for _, r := range s.Resources {
		if r.Type == typeAppClient {
			count++
		}
	}
	return count
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
