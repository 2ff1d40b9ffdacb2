package function

import "testing"

// TestWhoHasAskedIsTakenFirst: an invocation does not wait for a runtime that has answered while
// another one has nothing to do.
func TestWhoHasAskedIsTakenFirst(t *testing.T) {
	t.Parallel()
	of := func(is phase) *environment { return &environment{api: &runtimeAPI{phase: is}} }
	first, second, third, last := of(idle), of(idle), of(answered), of(answered)
	f := Function{warm: []*environment{first, second, third, last}}
	for i, want := range []*environment{second, first, last, third} {
		if f.takeWarm() != want {
			t.Errorf("environment %d is not the one that was used last of those that have asked, or else of all", i)
		}
	}
}
