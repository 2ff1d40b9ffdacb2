package test

import (
	"slices"
	"strings"
	"testing"
)

// frozen are the logical ids of what AWS would replace on a rename, for each environment. A new id
// for the pool is a new issuer, one for an app client a new client id and secret for that caller,
// one for the API a new URL for everybody, one for the key a lost one for the secrets under it; a
// renamed schedule ends its secret's rotation, because the old one's removal comes last; a renamed
// resource server, secret or log group can't be deployed, since the old one still has its name.
// Adding a line is fine; changing or removing one is a breaking change and goes in CHANGELOG.md
// under "Deployed changes". No update flag rewrites this table.
var frozen = map[string][]string{
	"dev":     everyEnvironment,
	"staging": everyEnvironment,
	"prod":    everyEnvironment,
}

var everyEnvironment = []string{
	"Identity UserPool6BA7E5F2",
	"Identity UserPoolDomainD0EA232A",
	"Identity ResourceServerstestapi730F0EAE",
	"Api ClientsReaderAppClientBA99DBD4",
	"Api ClientsWriterAppClient2B1D73DD",
	"Api HttpApiF5A9A8A7",
	"Api ClientsReaderSecret9A3CE006",
	"Api ClientsReaderRotationAA4E9A8A",
	"Api ClientsWriterSecretFFD2464F",
	"Api ClientsWriterRotation76AB2D60",
	"Api AccessLogs8B620ECA",
}

// frozenTypes are the types whose resources belong in the table.
var frozenTypes = []string{
	"AWS::Cognito::UserPool", "AWS::Cognito::UserPoolDomain", "AWS::Cognito::UserPoolResourceServer",
	"AWS::Cognito::UserPoolClient", "AWS::ApiGatewayV2::Api",
	"AWS::SecretsManager::Secret", "AWS::SecretsManager::RotationSchedule", "AWS::KMS::Key",
}

func TestFrozenLogicalIDs(t *testing.T) {
	for env, s := range theAssembly(t).stages {
		for _, line := range frozen[env] {
			stack, id, _ := strings.Cut(line, " ")
			if at(s.stacks[stack].section("Resources"), id) == nil {
				t.Errorf("%s: %s is gone, which replaces it", env, line)
			}
		}
		for stack, template := range s.stacks {
			for _, kind := range frozenTypes {
				for id := range template.resources(kind) {
					if !slices.Contains(frozen[env], stack+" "+id) {
						t.Errorf("%s: add the line %q to the table, so that it stays", env, stack+" "+id)
					}
				}
			}
		}
	}
}
