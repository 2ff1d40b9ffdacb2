package httpapi_test

import (
	"slices"
	"testing"

	"cognito-m2m/internal/httpapi"
)

func TestWithoutRoute(t *testing.T) {
	t.Parallel()
	settings := map[string]int{"GET /b": 1, "GET /a": 2, "$default": 3}
	isDefault := func(key string) bool { return key == httpapi.DefaultRoute }
	if got, want := httpapi.WithoutRoute(settings, isDefault), []string{"GET /a", "GET /b"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCredentialsAllowed(t *testing.T) {
	t.Parallel()
	if !httpapi.CredentialsAllowed([]string{"https://*"}) || httpapi.CredentialsAllowed([]string{"https://a.b", "*"}) {
		t.Error("credentials are allowed for every origin but *")
	}
}
