package change_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/diff/change"
)

const (
	reader = `"Clients_Reader_AppClient": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"ClientName": "reader", "AllowedOAuthScopes": ["a/read"]}},
		"Clients_Reader_Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "m2m/prod/reader"}}`
	route = `"AnyRoute": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"RouteKey": "ANY /"}}`
)

// TestMatch tells which resource of one version is which of the other: "kind before -> after".
func TestMatch(t *testing.T) {
	t.Parallel()
	backend := strings.NewReplacer("Reader", "Backend", "reader", "backend").Replace(reader)
	cases := []struct {
		name          string
		before, after string
		want          []string
	}{
		{"the same", route, route, []string{"same AnyRoute -> AnyRoute"}},
		{"another logical id, the same name", route, strings.Replace(route, "AnyRoute", "EveryRoute", 1), []string{"same AnyRoute -> EveryRoute"}},
		{
			"another type under the same logical id",
			`"Alarm": {"Type": "AWS::CloudWatch::Alarm"}`, `"Alarm": {"Type": "AWS::SNS::Topic"}`,
			[]string{"added  -> Alarm", "removed Alarm -> "},
		},
		{"a renamed client takes its secret along", reader, backend, []string{
			"changed Clients_Reader_AppClient -> Clients_Backend_AppClient", "changed Clients_Reader_Secret -> Clients_Backend_Secret",
		}},
		{
			"of two clients that are alike, either may be the new one",
			reader + `, ` + strings.NewReplacer("Reader", "Other", "reader", "other").Replace(reader), backend,
			[]string{
				"added  -> Clients_Backend_AppClient", "added  -> Clients_Backend_Secret",
				"removed Clients_Other_AppClient -> ", "removed Clients_Other_Secret -> ",
				"removed Clients_Reader_AppClient -> ", "removed Clients_Reader_Secret -> ",
			},
		},
		{"what CDK adds for its own statistics", `"CDKMetadata": {"Type": "AWS::CDK::Metadata"}`, ``, nil},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range compare(t, `{"Resources": {`+test.before+`}}`, `{"Resources": {`+test.after+`}}`).Resources {
				got = append(got, string(p.Kind())+" "+logicalID(p.Before)+" -> "+logicalID(p.After))
			}
			slices.Sort(got)
			if difference := cmp.Diff(test.want, got); difference != "" {
				t.Errorf("pairs (-want +got):\n%s", difference)
			}
		})
	}
}

func logicalID(r *change.Resource) string {
	if r == nil {
		return ""
	}
	return r.LogicalID
}
