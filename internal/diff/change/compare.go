package change

// StackChange is what differs between two versions of one stack. Before is nil for one that is
// added, After for one that is removed.
type StackChange struct {
	Name          string
	Before, After *Stack
	// Resources are all of both versions, those that do not differ included.
	Resources []Pair
	// Elements are the other parts of the template, those that differ alone.
	Elements []Element
}

// Compare lists the stacks of both versions of an environment, by name.
func Compare(before, after *Environment) []StackChange {
	var changes []StackChange
	for _, name := range keys(before.stacks, after.stacks) {
		was, is := before.stacks[name], after.stacks[name]
		changes = append(changes, StackChange{name, was, is, match(was, is), elements(was, is)})
	}
	return changes
}
