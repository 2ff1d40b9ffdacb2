package gobuild_test

import (
	"slices"
	"testing"

	"cognito-m2m/internal/gobuild"
)

func TestInHurry(t *testing.T) {
	t.Parallel()
	if got, want := gobuild.InHurry([]string{"PATH=/bin", "GOGCC="}), []string{"GOGC=off", "GOMEMLIMIT=1GiB"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, own := range []string{"GOGC=50", "GOMEMLIMIT=300MiB"} {
		if got := gobuild.InHurry([]string{"PATH=/bin", own}); len(got) > 0 {
			t.Errorf("got %q beside %s", got, own)
		}
	}
}
