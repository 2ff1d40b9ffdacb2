package test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Shapes of credentials: a JWT, a private key, an AWS key id, a secret as Cognito generates it (a
// 260-bit integer in base 32).
var secretShapes = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{10,}\.|-----BEGIN|\b(AKIA|ASIA)[A-Z0-9]{16}\b|\b[0-9a-v]{51,52}\b`)

// clientSecretActions are what the rotation function may do, and the only texts with ClientSecret
// in them. No template reads the attribute of that name.
var clientSecretActions = []string{
	"AddUserPoolClientSecret", // the event, see wrongEvents
	"cognito-idp:AddUserPoolClientSecret",
	"cognito-idp:ListUserPoolClientSecrets",
	"cognito-idp:DeleteUserPoolClientSecret",
}

func secretsInTemplates(s stage) (findings []string) {
	for name, t := range s.stacks {
		for _, text := range stringsIn(t.doc) {
			if strings.Contains(text, "ClientSecret") && !slices.Contains(clientSecretActions, text) {
				findings = append(findings, name+" reads the ClientSecret attribute of an app client")
			}
			if strings.Contains(text, "{{resolve:") {
				findings = append(findings, name+" has a dynamic reference, which would put a secret into a resource: "+text)
			}
			if match := secretShapes.FindString(text); match != "" {
				findings = append(findings, fmt.Sprintf("%s holds something of the shape of a credential, %d characters long", name, len(match)))
			}
		}
		for id, value := range t.section("Resources") {
			kind, _ := at(value, "Type").(string)
			if strings.HasPrefix(kind, "Custom::") || kind == "AWS::CloudFormation::CustomResource" {
				findings = append(findings, name+" "+id+" is a custom resource, which could read a secret")
			}
		}
		findings = append(findings, t.secretsInOutputs(name)...)
	}
	return findings
}

// secretsInOutputs are outputs that mention a secret. Even its ARN does not belong there: names are
// known, and values are nobody's to hand on.
func (t template) secretsInOutputs(stack string) (findings []string) {
	for key, output := range t.section("Outputs") {
		for _, text := range stringsIn(output) {
			if t.resources("AWS::SecretsManager::Secret")[text] != nil {
				findings = append(findings, fmt.Sprintf("%s output %s mentions the secret %s", stack, key, text))
			}
		}
	}
	return findings
}
