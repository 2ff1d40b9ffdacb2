package httpapi_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/httpapi"
)

func TestParseIdentitySources(t *testing.T) {
	t.Parallel()
	got, err := httpapi.ParseIdentitySources([]string{
		"$request.header.Authorization", "$request.querystring.t", "$context.routeKey", "$context.identity.sourceIp", "$stageVariables.part",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []httpapi.IdentitySource{
		{Header: "Authorization"},
		{Query: "t"},
		{Context: "routeKey"},
		{Context: "identity.sourceIp"},
		{StageVariable: "part"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, err := httpapi.ParseIdentitySources(nil); err != nil || len(got) != 0 {
		t.Errorf("none: got %v, %v", got, err)
	}
	for _, expression := range []string{
		"", "Authorization", "request.header.Authorization", "route.request.header.A", "$request.header.", "$request.header.a b",
		"$request.querystring.", "$request.path.id", "$request.body", "$context.", "$context.nothing", "$stageVariables.",
	} {
		_, err := httpapi.ParseIdentitySources([]string{"$request.header.A", expression})
		if err == nil || !strings.Contains(err.Error(), "invalid identity source expression: "+expression+":") {
			t.Errorf("%q: got %v", expression, err)
		}
	}
}
