package naming_test

import (
	"testing"

	"cognito-m2m/naming"
)

// TestFrozenNames: others find things by these names. Changing one is a breaking change and goes in
// CHANGELOG.md under "Deployed changes"; secrets and stacks of another name are other ones.
func TestFrozenNames(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		naming.DeliveryStack:                           "m2m-delivery",
		naming.Environment("dev"):                      "m2m-dev",
		naming.Stack("dev", naming.IdentityStack):      "m2m-dev-Identity",
		naming.Stack("dev", naming.APIStack):           "m2m-dev-Api",
		naming.Stack("dev", naming.GroupStack("eu-1")): "m2m-dev-Clients-eu-1",
		"a group: " + naming.GroupPattern:              `a group: [a-z][a-z0-9-]{0,30}`,
		naming.AuthorizerFunction:                      "authorize",
		naming.IssuerVariable:                          "ISSUER",
		naming.JWKSVariable:                            "JWKS_URI",
		naming.RefusedPathVariable:                     "REFUSED_PATH",
		naming.ScopesFile:                              "scopes.json",
		naming.DescriptionMetadata:                     "m2m:description",
		naming.ScopesMetadata:                          "m2m:scopes",
		naming.RefusedPath("dev"):                      "/m2m/dev/refused/",
		naming.Folder("dev"):                           "m2m/dev/",
		naming.Secret("prod-eu", "report-job"):         "m2m/prod-eu/report-job",
		naming.ClientPattern:                           `[a-z][a-z0-9-]{0,30}`,
		naming.NotRotated:                              "{}",
		naming.RotationFunction:                        "rotate",
		naming.UserPoolIDVariable:                      "USER_POOL_ID",
		naming.GraceHoursVariable:                      "GRACE_HOURS",
		naming.TokenEndpointVariable:                   "TOKEN_ENDPOINT",
		naming.StepTimeout.String():                    "5m0s",
		naming.RefusedPath("prod-eu"):                  "/m2m/prod-eu/refused/",
		naming.TagPrefix:                               "m2m:",
		naming.ClientIDTag:                             "m2m:client-id",
		naming.ExpiresTag:                              "m2m:expires",
		naming.CurrentLabel:                            "AWSCURRENT",
		naming.PendingLabel:                            "AWSPENDING",
		naming.PreviousLabel:                           "AWSPREVIOUS",
		naming.UndecidedLabel:                          "M2M_UNDECIDED",
		naming.TokenEndpointOutput:                     "TokenEndpoint",
		naming.APIURLOutput:                            "ApiUrl",
		naming.APIIDOutput:                             "ApiId",
		naming.IssuerOutput:                            "Issuer",
		naming.UserPoolIDOutput:                        "UserPoolId",
		naming.RollbackOutput:                          "RollbackAlarmArn",
		naming.ClientIDOutput:                          "ClientId",
		naming.PascalCase("batch-job"):                 "BatchJob",
		naming.ClientOutput("reader"):                  "ClientIdReader",
		naming.ClientOutput("report-job"):              "ClientIdReportJob",
		naming.ClientOutput("a-1b--c2-"):               "ClientIdA1bC2",
		naming.ClientOutput("x"):                       "ClientIdX",
		naming.ClientOutput("batch2-read"):             "ClientIdBatch2Read",
		naming.ClientOutputDescription("report-job"):   "App client id of report-job.",
		naming.ParseClientOutputDescription("another"): "another",
		naming.ParseClientOutputDescription(naming.ClientOutputDescription("report-job")): "report-job",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestCutARNSuffix(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:m2m/dev/report-job"
	for suffix, want := range map[string]bool{"-a1B2c3": true, "": false, "-a1B2c": false, "-a1B2c3d": false, "-a1B2c_": false, "-a1B2c3\n": false} {
		before, found := naming.CutARNSuffix(arn + suffix)
		if found != want || want && before != arn || !want && before != arn+suffix {
			t.Errorf("%q: got %q, %t", suffix, before, found)
		}
	}
}

func TestParseSecret(t *testing.T) {
	t.Parallel()
	type parts struct {
		env, client string
		ok          bool
	}
	for name, want := range map[string]parts{
		naming.Secret("prod-eu", "report-job"): {"prod-eu", "report-job", true},
		"m2m/dev/x":                            {"dev", "x", true},
		"m2m/dev/":                             {},
		"m2m/reader":                           {},
		"m2m/dev/a/b":                          {},
		"other/dev/reader":                     {},
		"m2m/dev/Reader":                       {},
		"m2m/prod/$(reboot)":                   {},
		"m2m/dev/reader\n":                     {},
		"x m2m/dev/reader":                     {},
	} {
		env, client, ok := naming.ParseSecret(name)
		if got := (parts{env, client, ok}); got != want {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
}

func TestParseStack(t *testing.T) {
	t.Parallel()
	type parts struct {
		env, stack, group string
		ok                bool
	}
	for name, want := range map[string]parts{
		naming.Stack("prod-eu", naming.APIStack):              {"prod-eu", "Api", "", true},
		naming.Stack("dev", naming.IdentityStack):             {"dev", "Identity", "", true},
		naming.Stack("prod-eu", naming.GroupStack("eu-west")): {"prod-eu", "Clients-eu-west", "eu-west", true},
		"m2m-dev-Clients-":                                    {},
		"m2m-dev-Clients-Eu":                                  {},
		"m2m-dev-Clients":                                     {},
		"m2m--Api":                                            {},
		"m2m-Api":                                             {},
		"m2m-delivery":                                        {},
		"xm2m-dev-Api":                                        {},
		"m2m-dev-Api\n":                                       {},
	} {
		var got parts
		got.env, got.stack, got.ok = naming.ParseStack(name)
		if group, of := naming.ParseGroupStack(got.stack); of {
			got.group = group
		}
		if got != want {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
}
