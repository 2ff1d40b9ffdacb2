package nearest_test

import (
	"testing"

	"cognito-m2m/internal/nearest"
)

func TestWord(t *testing.T) {
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
		if got := nearest.Word(word, known); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}
