package diff_test

import (
	"slices"
	"testing"
)

// TestScopesOfAFunctionAuthorizer: the scopes of its routes are in their metadata.
func TestScopesOfAFunctionAuthorizer(t *testing.T) {
	t.Parallel()
	route := func(scopes string) []edit {
		return []edit{api("ReadRoute.AuthorizationType", `"CUSTOM"`), api("/Resources/ReadRoute/Metadata", `{"m2m:scopes": `+scopes+`}`)}
	}
	for name, c := range map[string]struct{ before, after, want string }{
		"widened":                {`["a/r"]`, `["a/r", "a/w"]`, "loosens: widened: lets in tokens with a/w, too"},
		"narrowed":               {`["a/r", "a/w"]`, `["a/r"]`, "tightens: narrowed: a/w is no longer enough"},
		"opened to every client": {`["a/r"]`, `[]`, "loosens: widened: no longer asks for a/r, any client of the user pool may call it"},
		"as before":              {`["a/r", "a/w"]`, `["a/w", "a/r"]`, ""},
	} {
		var got []string
		for _, f := range compare(t, edited(t, route(c.before)...), edited(t, route(c.after)...)).Findings {
			got = append(got, string(f.Effect)+": "+f.Message)
		}
		var want []string
		if c.want != "" {
			want = []string{c.want}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
