package httpapi_test

import (
	"testing"

	"cognito-m2m/internal/httpapi"
)

func TestOpens(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		granted, required []string
		want              bool
	}{
		"none asked":   {nil, nil, true},
		"none granted": {nil, []string{"a/r"}, false},
		"one of two":   {[]string{"a/w", "a/r"}, []string{"a/r", "a/x"}, true},
		"another case": {[]string{"a/R"}, []string{"a/r"}, false},
		"a longer one": {[]string{"a/reader"}, []string{"a/read"}, false},
	} {
		if got := httpapi.Opens(c.granted, c.required); got != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func TestIsScope(t *testing.T) {
	t.Parallel()
	for scope, want := range map[string]bool{
		"a/read": true, "!~": true, "": false, "a b": false, `a"b`: false, `a\b`: false, "a\n": false, "\x7f": false, "\u00e9": false,
	} {
		if got := httpapi.IsScope(scope); got != want {
			t.Errorf("%q: got %t", scope, got)
		}
	}
}
