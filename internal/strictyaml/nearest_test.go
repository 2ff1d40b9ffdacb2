package strictyaml

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"GET", "scopes", "identifier", "test-api/read", "test-api/write"}
	cases := map[string]string{
		"scope":          "scopes",     // one letter missing
		"scoeps":         "scopes",     // two swapped
		"Scopes":         "scopes",     // capitals don't count
		"GTE":            "GET",        // a swap counts once
		"G":              "",           // too little to go by
		"idntifer":       "identifier", // two slips
		"idntifr":        "",           // three
		"test-api/wread": "test-api/read",
		"test-api/admin": "",
		"":               "",
	}
	for word, want := range cases {
		if got := Nearest(word, known); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}

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
