package test

import (
	"fmt"
	"strings"
)

func wrongClients(s stage) (findings []string) {
	for _, stack := range s.clientStacks() {
		findings = append(findings, stack.wrongClients()...)
	}
	return findings
}

func (s clientStack) wrongClients() (findings []string) {
	declared := map[string]map[string]any{}
	for _, client := range s.resources("AWS::Cognito::UserPoolClient") {
		declared[fmt.Sprint(properties(client)["ClientName"])] = properties(client)
	}
	if len(declared) != len(s.clients) {
		findings = append(findings, fmt.Sprintf("%d app clients, configured are %d", len(declared), len(s.clients)))
	}
	for _, configured := range s.clients {
		p := declared[configured.Name]
		if !sameSet(compactAll(p["AllowedOAuthScopes"]), quoted(configured.Scopes)) {
			findings = append(findings, fmt.Sprintf("%s has the scopes %v, configured are %v", configured.Name, p["AllowedOAuthScopes"], configured.Scopes))
		}
		if p["AccessTokenValidity"] != configured.AccessTokenValidity.Minutes() || at(p, "TokenValidityUnits", "AccessToken") != "minutes" {
			findings = append(findings, fmt.Sprintf("%s has tokens of %v %v, configured are %v", configured.Name,
				p["AccessTokenValidity"], at(p, "TokenValidityUnits", "AccessToken"), configured.AccessTokenValidity))
		}
	}
	return findings
}

func looseClients(s stage) (findings []string) {
	want := map[string]string{
		"GenerateSecret":                  `true`,
		"AllowedOAuthFlowsUserPoolClient": `true`,
		"AllowedOAuthFlows":               `["client_credentials"]`,
		"ExplicitAuthFlows":               `["ALLOW_REFRESH_TOKEN_AUTH"]`,
		"CallbackURLs":                    `null`,
		"LogoutURLs":                      `null`,
	}
	for _, stack := range s.clientStacks() {
		clients := stack.resources("AWS::Cognito::UserPoolClient")
		if len(clients) == 0 {
			findings = append(findings, stack.name+" has no app client")
		}
		for id, client := range clients {
			for property, value := range want {
				if got := compact(properties(client)[property]); got != value {
					findings = append(findings, fmt.Sprintf("%s %s: %s is %s, want %s", stack.name, id, property, got, value))
				}
			}
			if pool := text(properties(client)["UserPoolId"]); pool != s.poolID() {
				findings = append(findings, fmt.Sprintf("%s %s is in the pool %s", stack.name, id, pool))
			}
		}
	}
	return findings
}

func missingScopes(s stage) (findings []string) {
	known := map[string]bool{}
	for _, server := range s.stacks["Identity"].resources("AWS::Cognito::UserPoolResourceServer") {
		scopes, _ := properties(server)["Scopes"].([]any)
		for _, scope := range scopes {
			known[fmt.Sprintf("%v/%v", properties(server)["Identifier"], at(scope, "ScopeName"))] = true
		}
	}
	for kind, property := range map[string]string{
		"AWS::Cognito::UserPoolClient": "AllowedOAuthScopes",
		"AWS::ApiGatewayV2::Route":     "AuthorizationScopes",
	} {
		for stack, t := range s.stacks {
			for id, resource := range t.resources(kind) {
				scopes, _ := properties(resource)[property].([]any)
				for _, scope := range scopes {
					if name, _ := scope.(string); !known[name] {
						findings = append(findings, fmt.Sprintf("%s %s names the scope %v, which no resource server has", stack, id, scope))
					}
				}
			}
		}
	}
	return findings
}

func selfSignUp(s stage) []string {
	id, pool, finding := s.stacks["Identity"].the("AWS::Cognito::UserPool")
	if finding == nil && at(properties(pool), "AdminCreateUserConfig", "AllowAdminCreateUserOnly") != true {
		finding = []string{id + " lets people sign themselves up"}
	}
	return finding
}

// wrongDomain wants the Cognito domain in every environment, a custom one beside it where it is
// configured, and the token endpoint on that.
func wrongDomain(s stage) (findings []string) {
	var cognito, custom []string
	for id, domain := range s.stacks["Identity"].resources("AWS::Cognito::UserPoolDomain") {
		if properties(domain)["CustomDomainConfig"] != nil {
			custom = append(custom, id)
			continue
		}
		cognito = append(cognito, id)
		findings = append(findings, s.wrongPrefix(id, compact(properties(domain)["Domain"]))...)
	}
	endpoint := text(at(s.stacks["Identity"].section("Outputs"), "TokenEndpoint", "Value"))
	switch configured := s.env.Identity.CustomDomain; {
	case len(cognito) != 1:
		findings = append(findings, fmt.Sprintf("%d Cognito domains, want 1: without there is no token endpoint", len(cognito)))
	case configured == nil && (len(custom) > 0 || endpoint != "https://${"+cognito[0]+"}."+s.cognitoDomain()+"/oauth2/token"):
		findings = append(findings, fmt.Sprintf("tokens are at %s, custom domains are %v; none is configured", endpoint, custom))
	case configured != nil && (len(custom) != 1 || endpoint != "https://${"+custom[0]+"}/oauth2/token"):
		findings = append(findings, fmt.Sprintf("tokens are at %s, custom domains are %v; configured is %s", endpoint, custom, configured.Name))
	case configured != nil:
		p := properties(s.stacks["Identity"].resources("AWS::Cognito::UserPoolDomain")[custom[0]])
		if p["Domain"] != configured.Name || at(p, "CustomDomainConfig", "CertificateArn") != configured.CertificateARN {
			findings = append(findings, fmt.Sprintf("%s is %s, configured is %+v", custom[0], compact(p), *configured))
		}
	}
	return findings
}

// cognitoDomain is what prefix domains end with: GovCloud has FIPS endpoints alone.
func (s stage) cognitoDomain() string {
	switch region := s.env.Region; {
	case region == "":
		return `{"Fn::If":["GovCloud","auth-fips","auth"]}.${AWS::Region}.amazoncognito.com`
	case strings.HasPrefix(region, "us-gov-"):
		return "auth-fips." + region + ".amazoncognito.com"
	default:
		return "auth." + region + ".amazoncognito.com"
	}
}

func (s stage) wrongPrefix(id, got string) []string {
	configured := s.env.Identity.DomainPrefix
	if configured != "" && got != compact(configured) {
		return []string{fmt.Sprintf("%s has the prefix %s, configured is %q", id, got, configured)}
	}
	if configured == "" && !strings.Contains(got, "AWS::StackId") {
		return []string{fmt.Sprintf("%s has the fixed prefix %s: a second deployment anywhere in the Region fails", id, got)}
	}
	return nil
}

// unprotected looks both ways: a development environment that can't be deleted is a defect too.
func unprotected(s stage) (findings []string) {
	protect := s.env.Identity.DeletionProtection
	for id, artifact := range s.artifacts("aws:cloudformation:stack") {
		if got := at(artifact, "properties", "terminationProtection") == true; got != protect {
			findings = append(findings, fmt.Sprintf("stack %s: termination protection is %t", id, got))
		}
	}
	id, pool, finding := s.stacks["Identity"].the("AWS::Cognito::UserPool")
	if finding != nil {
		return append(findings, finding...)
	}
	if active := properties(pool)["DeletionProtection"] == "ACTIVE"; active != protect {
		findings = append(findings, fmt.Sprintf("%s: deletion protection is %t", id, active))
	}
	// Retain, also at a failed creation: a rollback could not delete a pool that is protected.
	retained := pool["DeletionPolicy"] == "Retain" && pool["UpdateReplacePolicy"] == "Retain"
	deleted := pool["DeletionPolicy"] == "Delete" && pool["UpdateReplacePolicy"] == "Delete"
	if retained != protect || deleted == protect {
		findings = append(findings, fmt.Sprintf("%s: DeletionPolicy %v, UpdateReplacePolicy %v", id, pool["DeletionPolicy"], pool["UpdateReplacePolicy"]))
	}
	return findings
}
