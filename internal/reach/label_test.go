package reach

import "testing"

// TestLabelLeftOnTheCurrentVersion has the label that Secrets Manager itself leaves on the version
// that has become current.
func TestLabelLeftOnTheCurrentVersion(t *testing.T) {
	t.Parallel()
	s := secret{stages: map[string][]string{"new": {"AWSCURRENT", "AWSPENDING"}, "old": {"AWSPREVIOUS"}}}
	s.label()
	if s.current != "new" || s.pending != "" {
		t.Errorf("current %q, pending %q, want new and none", s.current, s.pending)
	}
}
