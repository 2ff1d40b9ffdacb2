package diff_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/diff"
	"cognito-m2m/internal/m2mtest"
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

// TestDescriptionOfARoute: what a route is described as is told, and judged by no rule.
func TestDescriptionOfARoute(t *testing.T) {
	t.Parallel()
	described := func(text string) string {
		return edited(t, api("/Resources/ReadRoute/Metadata", `{"m2m:description": "`+text+`"}`))
	}
	report := compare(t, described("Lists a."), described("Lists b."))
	if report.Equal() || len(report.Findings) > 0 {
		t.Errorf("the reports are equal: %t, with the findings %v", report.Equal(), report.Findings)
	}
}

// line is a finding as the cases of TestRules have it.
func line(f diff.Finding) string {
	return f.Rule + " " + string(f.Effect) + " " + f.Subject + ": " + f.Message
}

// manyClients is the fixture with a function authorizer.
func manyClients(t *testing.T, more ...edit) string {
	t.Helper()
	return edited(t, slices.Concat(functionAuthorizer, []edit{
		api("Jwt", ""),
		api("AnyRoute.AuthorizationType", `"CUSTOM"`), api("AnyRoute.AuthorizerId", `{"Ref": "Asking"}`), api("/Resources/AnyRoute/Metadata", `{"m2m:scopes": []}`),
		api("ReadRoute.AuthorizationType", `"CUSTOM"`), api("ReadRoute.AuthorizerId", `{"Ref": "Asking"}`), api("ReadRoute.AuthorizationScopes", ""),
		api("/Resources/ReadRoute/Metadata", `{"m2m:scopes": ["test-api/read", "test-api/admin"]}`),
	}, more)...)
}

// withGroup adds the stack of a group of one client.
func withGroup(t *testing.T, dir string) {
	t.Helper()
	m2mtest.Write(t, filepath.Join(dir, "assembly-prod", "Clients-jobs.template.json"), `{"Resources": {
		"Nightly": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"ClientName": "nightly", "AllowedOAuthScopes": ["test-api/read"]}}}}`)
	m2mtest.ChangeJSON(t, filepath.Join(dir, "assembly-prod", "manifest.json"), func(manifest map[string]any) {
		manifest["artifacts"].(map[string]any)["Clients-jobs"] = map[string]any{
			"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/eu-west-1",
			"properties": map[string]any{"templateFile": "Clients-jobs.template.json", "stackName": "m2m-prod-Clients-jobs"},
		}
	})
}

// remembered has answers of the function remembered for so many seconds.
func remembered(seconds string) edit { return api("Asking.AuthorizerResultTtlInSeconds", seconds) }

// manyCases are changes of the authorizer, of its memory or of a group, and what they mean to
// callers.
var manyCases = map[string]struct {
	before, after func(t *testing.T) string
	want          []string
}{
	"API Gateway decides instead of a function": {
		func(t *testing.T) string { return manyClients(t) },
		func(t *testing.T) string { return fixture },
		[]string{
			"audience loosens authorizer Asking: removed: who was refused by the function alone, as m2m clients --refuse does, is let in again. A JWT authorizer answers 401 again",
			"audience loosens authorizer Jwt: accepts tokens of app client reader",
			"audience loosens authorizer Jwt: accepts tokens of app client writer",
			"route-authorization changes route ANY /test_jwt: API Gateway checks its tokens: any client of the authorizer's audience may call it (AuthorizationType CUSTOM -> JWT)",
			"route-authorization changes route GET /test_jwt/read: API Gateway checks its tokens: any client of the authorizer's audience with test-api/read or test-api/admin may call it (AuthorizationType CUSTOM -> JWT)",
		},
	},
	"a function's authorizer becomes another kind in place": {
		func(t *testing.T) string { return manyClients(t) },
		func(t *testing.T) string {
			return manyClients(t, api("Asking.AuthorizerType", `"JWT"`), api("Asking.AuthorizerResultTtlInSeconds", ""))
		},
		[]string{
			"audience loosens authorizer Asking: no Lambda function decides any more: who was refused by the function alone, as m2m clients --refuse does, is let in again. A JWT authorizer answers 401 again",
			"authorizer-type changes authorizer Asking: is another type of authorizer: REQUEST -> JWT",
		},
	},
	"answers are remembered for longer": {
		func(t *testing.T) string { return manyClients(t) },
		func(t *testing.T) string { return manyClients(t, remembered("300")) },
		[]string{"authorizer-ttl loosens authorizer Asking: seconds for which a function's answer is remembered, so for which a client that is refused may go on: 60 -> 300"},
	},
	"concurrency of a function's own changes": {
		func(t *testing.T) string { return edited(t, api("Echo.ReservedConcurrentExecutions", "20")) },
		func(t *testing.T) string { return edited(t, api("Echo.ReservedConcurrentExecutions", "30")) },
		[]string{"reserved-concurrency changes function Echo: so many of it run at the same time at most: 20 -> 30"},
	},
	"concurrency of a function's own is left out": {
		func(t *testing.T) string { return edited(t, api("Echo.ReservedConcurrentExecutions", "20")) },
		func(t *testing.T) string { return fixture },
		[]string{"reserved-concurrency changes function Echo: its reserved concurrency of 20 is left out, and Lambda may keep it: afterwards run aws lambda delete-function-concurrency --function-name NAME"},
	},
	"answers are not remembered": {
		func(t *testing.T) string { return manyClients(t) },
		func(t *testing.T) string { return manyClients(t, remembered("0")) },
		[]string{"authorizer-ttl tightens authorizer Asking: seconds for which a function's answer is remembered, so for which a client that is refused may go on: 60 -> 0"},
	},
	"a group is added": {
		func(t *testing.T) string { return manyClients(t) },
		func(t *testing.T) string { dir := manyClients(t); withGroup(t, dir); return dir },
		[]string{
			"client-added loosens app client nightly: added, may ask for test-api/read",
			"group changes stack m2m-*-Clients-jobs: added, clients in it: 1. The function authorizer accepts them as soon as they have tokens",
		},
	},
	"a group's file is deleted": {
		func(t *testing.T) string { dir := manyClients(t); withGroup(t, dir); return dir },
		func(t *testing.T) string { return manyClients(t) },
		[]string{
			"group changes stack m2m-*-Clients-jobs: no longer in the assembly, so a deployment leaves it as it is, and its clients (1) go on working. Before its file is deleted, " +
				"run npx cdk destroy prod/Clients-jobs; afterwards, aws cloudformation delete-stack --stack-name m2m-prod-Clients-jobs",
			"stateful removes app client nightly: removed: the partner needs a new client id and secret, and the old ones stop working; the old one is deleted",
		},
	},
}

func TestChangesOfManyClients(t *testing.T) {
	t.Parallel()
	for name, c := range manyCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range compare(t, c.before(t), c.after(t)).Findings {
				got = append(got, line(f))
			}
			slices.Sort(got)
			if difference := cmp.Diff(c.want, got); difference != "" {
				t.Errorf("findings (-want +got):\n%s", difference)
			}
		})
	}
}
