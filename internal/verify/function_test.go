package verify_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/access/accesstest"
	"cognito-m2m/internal/verify"
)

// TestFunctionAuthorizer verifies an environment whose routes ask lambda/authorize: what it refuses
// is 403, and a request without a token 401, because it is not asked for that one.
func TestFunctionAuthorizer(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t, accesstest.AskFunction)
	accesstest.AskFunction(r.Environment)
	report := run(t, r)
	if diff := cmp.Diff([]string(nil), failures(report)); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
	var got []string
	for _, c := range report.Checks {
		if c.Route == "GET /orders" && c.Outcome == verify.OK {
			got = append(got, fmt.Sprintf("%s%s %s", c.Case, strings.Replace(" "+c.Client, " ", "/", 1), c.Got))
		}
	}
	want := []string{"no-token/ 401", "tampered-token/ 403", "client-token/writer 403", "client-token/reader 200", "client-token/visitor 200"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("checks of GET /orders (-want +got):\n%s", diff)
	}
}

// TestFunctionAuthorizerRed has an API that answers as the other kind of authorizer does.
func TestFunctionAuthorizerRed(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t)
	accesstest.AskFunction(r.Environment)
	red := strings.Join(failures(run(t, r)), "\n")
	for _, want := range []string{"GET /orders with a tampered token: 401, want 403", "GET /orders with visitor's token: 401, want neither 401 nor 403"} {
		if !strings.Contains(red, want) {
			t.Errorf("%q is not red, but:\n%s", want, red)
		}
	}
}
