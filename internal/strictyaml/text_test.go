package strictyaml

import (
	"strings"
	"testing"
)

func TestDidYouMean(t *testing.T) {
	t.Parallel()
	many := strings.Split(strings.Repeat("plant ", 17), " ")[:17]
	for _, c := range []struct {
		word  string
		known []string
		want  string
	}{
		{"mnit", []string{"mint", "sage"}, `did you mean "mint"?`},
		{"oak", []string{"mint", "sage"}, "known: mint, sage"},
		{"oak", many[:16], "known: " + strings.Join(many[:16], ", ")},
		{"oak", many, ""},
		{"oak", nil, ""},
	} {
		if got := DidYouMean(c.word, c.known); got != c.want {
			t.Errorf("%s among %v: got %q, want %q", c.word, c.known, got, c.want)
		}
	}
}
