package cognito_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/cognito"
)

func TestGrantedScopes(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	const urlScope = "https://api.example.com/v1/*"
	cases := []struct {
		name, scope string
		want        []string
	}{
		{"none requested: all that are active", "", []string{urlScope, "test-api/read"}},
		{"one of them", "test-api/read", []string{"test-api/read"}},
		{"identifier is a URL", urlScope, []string{urlScope}},
		{"requested twice", "test-api/read  test-api/read", []string{"test-api/read"}},
		{"inactive scope left out silently", "test-api/gone test-api/read", []string{"test-api/read"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			scope := verify(t, p, p.token(t, readerID, readerSecret, c.scope))["scope"].(string)
			got := strings.Split(scope, " ")
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("scopes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOnlyInactiveScopesStillSucceed(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	claims := verify(t, p, p.token(t, readerID, readerSecret, "test-api/gone"))
	if scope, _ := claims["scope"].(string); scope != "" {
		t.Errorf("scope: got %q, want none", scope)
	}
}

func TestFiftyLongestScopesFitIntoTheForm(t *testing.T) {
	t.Parallel()
	var names, full []string
	for i := range 50 {
		names = append(names, fmt.Sprintf("%s%02d", strings.Repeat("%", 240), i))
		full = append(full, "test-api/"+names[i])
	}
	p := startPool(t, func(c *cognito.Config) {
		c.ResourceServers[0].Scopes = names
		c.Clients[0].AllowedOAuthScopes = full
	})
	claims := verify(t, p, p.token(t, readerID, readerSecret, strings.Join(full, " ")))
	if got := strings.Fields(claims["scope"].(string)); len(got) != 50 {
		t.Errorf("got %d scopes, want 50", len(got))
	}
}
