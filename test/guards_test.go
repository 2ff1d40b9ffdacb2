package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A guard reads one environment's templates and says what is wrong with them,
// one sentence per finding. TestGuards wants silence of each for every
// environment; TestGuardsGoRed wants each to speak when its rule is broken.
type guard func(stage) []string

var guards = map[string]guard{
	"every route has the JWT authorizer":           openRoutes,
	"audience is exactly the app clients":          wrongAudience,
	"issuer is the environment's user pool":        wrongIssuer,
	"every scope exists on a resource server":      missingScopes,
	"clients can only use client credentials":      looseClients,
	"only pool id and provider URL are exported":   unexpectedExports,
	"Api depends on Identity":                      missingDependency,
	"no policy allows *":                           starPolicies,
	"no secret in a template":                      secretsInTemplates,
	"outputs have the keys that tools read":        missingOutputs,
	"nobody can sign up":                           selfSignUp,
	"the stage deploys, throttles and logs":        bareStage,
	"a protected environment is protected":         unprotected,
	"log groups have a retention":                  endlessLogs,
	"functions are Go on provided.al2023 for ARM":  wrongRuntime,
	"API Gateway alone may invoke, for this API":   openPermissions,
	"the user pool has exactly one prefix domain":  wrongDomain,
	"route targets and authorizers are this API's": strayReferences,
}

func TestGuards(t *testing.T) {
	for env, s := range theAssembly(t).stages {
		for name, check := range guards {
			for _, finding := range check(s) {
				t.Errorf("%s: %s: %s", env, name, finding)
			}
		}
	}
}

func TestEveryEnvironmentIsSynthesized(t *testing.T) {
	got := slices.Sorted(maps.Keys(theAssembly(t).stages))
	if want := []string{"dev", "prod", "staging"}; !slices.Equal(got, want) {
		t.Errorf("environments %v, want %v", got, want)
	}
}

func properties(resource map[string]any) map[string]any {
	p, _ := resource["Properties"].(map[string]any)
	return p
}

func openRoutes(s stage) (findings []string) {
	routes := s.stacks["Api"].resources("AWS::ApiGatewayV2::Route")
	if len(routes) == 0 {
		return []string{"there is no route"}
	}
	for id, route := range routes {
		if p := properties(route); p["AuthorizationType"] != "JWT" || p["AuthorizerId"] == nil {
			findings = append(findings, fmt.Sprintf("%s (%v) is open: AuthorizationType %v", id, p["RouteKey"], p["AuthorizationType"]))
		}
	}
	return findings
}

// theAuthorizer is the only authorizer of the API, or an empty object.
func theAuthorizer(s stage) map[string]any {
	for _, authorizer := range s.stacks["Api"].resources("AWS::ApiGatewayV2::Authorizer") {
		return properties(authorizer)
	}
	return nil
}

func wrongAudience(s stage) (findings []string) {
	var want []string
	for id := range s.stacks["Api"].resources("AWS::Cognito::UserPoolClient") {
		want = append(want, compact(map[string]any{"Ref": id}))
	}
	var got []string
	audience, _ := at(theAuthorizer(s), "JwtConfiguration", "Audience").([]any)
	for _, entry := range audience {
		got = append(got, compact(entry))
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		findings = append(findings, fmt.Sprintf("audience %v, want the app clients %v", got, want))
	}
	return findings
}

func wrongIssuer(s stage) []string {
	imported, _ := at(theAuthorizer(s), "JwtConfiguration", "Issuer", "Fn::ImportValue").(string)
	for _, output := range s.stacks["Identity"].section("Outputs") {
		if at(output, "Export", "Name") != imported {
			continue
		}
		pools := slices.Collect(maps.Keys(s.stacks["Identity"].resources("AWS::Cognito::UserPool")))
		want := compact(map[string]any{"Fn::GetAtt": []any{pools[0], "ProviderURL"}})
		if got := compact(at(output, "Value")); got == want {
			return nil
		}
	}
	return []string{fmt.Sprintf("issuer %v is not the provider URL of the pool", compact(at(theAuthorizer(s), "JwtConfiguration", "Issuer")))}
}

func missingScopes(s stage) (findings []string) {
	known := map[string]bool{}
	for _, server := range s.stacks["Identity"].resources("AWS::Cognito::UserPoolResourceServer") {
		scopes, _ := properties(server)["Scopes"].([]any)
		for _, scope := range scopes {
			known[fmt.Sprintf("%v/%v", properties(server)["Identifier"], at(scope, "ScopeName"))] = true
		}
	}
	check := func(kind, property string) {
		for id, resource := range s.stacks["Api"].resources(kind) {
			scopes, _ := properties(resource)[property].([]any)
			for _, scope := range scopes {
				if name, _ := scope.(string); !known[name] {
					findings = append(findings, fmt.Sprintf("%s names the scope %v, which no resource server has", id, scope))
				}
			}
		}
	}
	check("AWS::Cognito::UserPoolClient", "AllowedOAuthScopes")
	check("AWS::ApiGatewayV2::Route", "AuthorizationScopes")
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
	clients := s.stacks["Api"].resources("AWS::Cognito::UserPoolClient")
	if len(clients) == 0 {
		return []string{"there is no app client"}
	}
	for id, client := range clients {
		for property, value := range want {
			if got := compact(properties(client)[property]); got != value {
				findings = append(findings, fmt.Sprintf("%s: %s is %s, want %s", id, property, got, value))
			}
		}
		scopes, _ := properties(client)["AllowedOAuthScopes"].([]any)
		for _, scope := range scopes {
			if !strings.Contains(fmt.Sprint(scope), "/") {
				findings = append(findings, fmt.Sprintf("%s: %v is not a custom scope", id, scope))
			}
		}
	}
	return findings
}

func unexpectedExports(s stage) (findings []string) {
	var got []string
	for name, t := range s.stacks {
		for key, output := range t.section("Outputs") {
			if at(output, "Export") != nil {
				got = append(got, name+" "+compact(at(output, "Value")))
				_ = key
			}
		}
	}
	var want []string
	for pool := range s.stacks["Identity"].resources("AWS::Cognito::UserPool") {
		want = append(want,
			"Identity "+compact(map[string]any{"Ref": pool}),
			"Identity "+compact(map[string]any{"Fn::GetAtt": []any{pool, "ProviderURL"}}))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		findings = append(findings, fmt.Sprintf("exports %v, want %v", got, want))
	}
	return findings
}

func missingDependency(s stage) []string {
	identity := ""
	for id, artifact := range s.artifacts("aws:cloudformation:stack") {
		if strings.Contains(artifact["displayName"].(string), "/Identity") {
			identity = id
		}
	}
	for _, artifact := range s.artifacts("aws:cloudformation:stack") {
		dependencies, _ := artifact["dependencies"].([]any)
		if strings.Contains(artifact["displayName"].(string), "/Api") && slices.Contains(dependencies, any(identity)) {
			return nil
		}
	}
	return []string{"app clients could be made before the scopes they name"}
}

func starPolicies(s stage) (findings []string) {
	for name, t := range s.stacks {
		for _, kind := range []string{"AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::ManagedPolicy"} {
			for id, resource := range t.resources(kind) {
				for _, text := range stringsIn(withoutTrust(properties(resource))) {
					if text == "*" || strings.HasSuffix(text, ":*") || strings.Contains(text, "policy/service-role/") {
						findings = append(findings, fmt.Sprintf("%s %s holds %q", name, id, text))
					}
				}
			}
		}
	}
	return findings
}

// withoutTrust leaves out who may assume a role, which other guards look at.
func withoutTrust(p map[string]any) map[string]any {
	rest := maps.Clone(p)
	delete(rest, "AssumeRolePolicyDocument")
	return rest
}

// Shapes of credentials: a JWT, a private key, an AWS key id, a secret as
// Cognito generates it (a 260-bit integer in base 32).
var secretShapes = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{10,}\.|-----BEGIN|\b(AKIA|ASIA)[A-Z0-9]{16}\b|\b[0-9a-v]{51,52}\b`)

func secretsInTemplates(s stage) (findings []string) {
	for name, t := range s.stacks {
		for _, text := range stringsIn(t.doc) {
			if text == "ClientSecret" || strings.HasSuffix(text, ".ClientSecret") {
				findings = append(findings, name+" reads the ClientSecret attribute of an app client")
			}
			if match := secretShapes.FindString(text); match != "" {
				findings = append(findings, fmt.Sprintf("%s holds something of the shape of a credential, %d characters long", name, len(match)))
			}
		}
		for kind := range map[string]bool{"AWS::CloudFormation::CustomResource": true, "Custom::DescribeCognitoUserPoolClient": true} {
			for id := range t.resources(kind) {
				findings = append(findings, name+" "+id+" is a custom resource, which could read a secret")
			}
		}
	}
	return findings
}

func missingOutputs(s stage) (findings []string) {
	want := map[string][]string{"Identity": {"TokenEndpoint"}, "Api": {"ApiUrl", "Issuer", "UserPoolId"}}
	for _, client := range s.stacks["Api"].resources("AWS::Cognito::UserPoolClient") {
		name, _ := properties(client)["ClientName"].(string)
		want["Api"] = append(want["Api"], "ClientId"+strings.ToUpper(name[:1])+name[1:])
	}
	for stack, keys := range want {
		for _, key := range keys {
			if at(s.stacks[stack].section("Outputs"), key, "Value") == nil {
				findings = append(findings, stack+" has no output "+key)
			}
		}
	}
	return findings
}

func selfSignUp(s stage) (findings []string) {
	for id, pool := range s.stacks["Identity"].resources("AWS::Cognito::UserPool") {
		if at(properties(pool), "AdminCreateUserConfig", "AllowAdminCreateUserOnly") != true {
			findings = append(findings, id+" lets people sign themselves up")
		}
	}
	return findings
}

func bareStage(s stage) (findings []string) {
	stages := s.stacks["Api"].resources("AWS::ApiGatewayV2::Stage")
	if len(stages) != 1 {
		return []string{fmt.Sprintf("%d stages, want 1", len(stages))}
	}
	for id, resource := range stages {
		p := properties(resource)
		if p["StageName"] != "$default" || p["AutoDeploy"] != true {
			findings = append(findings, fmt.Sprintf("%s is %v with AutoDeploy %v", id, p["StageName"], p["AutoDeploy"]))
		}
		if at(p, "DefaultRouteSettings", "ThrottlingRateLimit") == nil || at(p, "DefaultRouteSettings", "ThrottlingBurstLimit") == nil {
			findings = append(findings, id+" does not throttle")
		}
		format, _ := at(p, "AccessLogSettings", "Format").(string)
		if err := json.Unmarshal([]byte(format), &map[string]string{}); err != nil {
			findings = append(findings, id+": access log format is not JSON: "+err.Error())
		}
		if len(format) > 1024 {
			findings = append(findings, fmt.Sprintf("%s: access log format has %d characters, the API takes 1024", id, len(format)))
		}
		for _, variable := range []string{"requestId", "authorizer.claims.client_id", "authorizer.claims.scope", "authorizer.error", "responseLatency"} {
			if !strings.Contains(format, `"$context.`+variable+`"`) {
				findings = append(findings, id+": access log has no $context."+variable)
			}
		}
	}
	return findings
}

// unprotected holds for prod, and for nothing else: a development environment
// that can't be deleted is a defect too.
func unprotected(s stage) (findings []string) {
	for id, artifact := range s.artifacts("aws:cloudformation:stack") {
		protect := strings.HasPrefix(artifact["displayName"].(string), "prod/")
		if terminationProtection := at(artifact, "properties", "terminationProtection") == true; terminationProtection != protect {
			findings = append(findings, fmt.Sprintf("stack %s: termination protection is %t", id, terminationProtection))
		}
		if !strings.Contains(artifact["displayName"].(string), "/Identity") {
			continue
		}
		for pool, resource := range s.stacks["Identity"].resources("AWS::Cognito::UserPool") {
			active := properties(resource)["DeletionProtection"] == "ACTIVE"
			retained := resource["DeletionPolicy"] == "Retain" && resource["UpdateReplacePolicy"] == "Retain"
			if active != protect || retained != protect {
				findings = append(findings, fmt.Sprintf("%s: deletion protection %t, retained %t", pool, active, retained))
			}
		}
	}
	return findings
}

func endlessLogs(s stage) (findings []string) {
	for name, t := range s.stacks {
		for id, group := range t.resources("AWS::Logs::LogGroup") {
			if properties(group)["RetentionInDays"] == nil {
				findings = append(findings, name+" "+id+" keeps its logs for ever")
			}
		}
		for id, function := range t.resources("AWS::Lambda::Function") {
			if at(properties(function), "LoggingConfig", "LogGroup") == nil {
				findings = append(findings, name+" "+id+" has no log group of its own")
			}
		}
	}
	return findings
}

func wrongRuntime(s stage) (findings []string) {
	functions := s.stacks["Api"].resources("AWS::Lambda::Function")
	if len(functions) == 0 {
		return []string{"there is no function"}
	}
	for id, function := range functions {
		p := properties(function)
		if p["Runtime"] != "provided.al2023" || compact(p["Architectures"]) != `["arm64"]` {
			findings = append(findings, fmt.Sprintf("%s runs on %v %v", id, p["Runtime"], p["Architectures"]))
		}
	}
	return findings
}

func openPermissions(s stage) (findings []string) {
	permissions := s.stacks["Api"].resources("AWS::Lambda::Permission")
	if len(permissions) == 0 {
		return []string{"API Gateway may not invoke anything"}
	}
	for id, permission := range permissions {
		p := properties(permission)
		apis := slices.Collect(maps.Keys(s.stacks["Api"].resources("AWS::ApiGatewayV2::Api")))
		if p["Principal"] != "apigateway.amazonaws.com" || !strings.Contains(compact(p["SourceArn"]), compact(map[string]any{"Ref": apis[0]})) {
			findings = append(findings, fmt.Sprintf("%s lets %v invoke for %v", id, p["Principal"], compact(p["SourceArn"])))
		}
	}
	return findings
}

func wrongDomain(s stage) []string {
	domains := s.stacks["Identity"].resources("AWS::Cognito::UserPoolDomain")
	if len(domains) != 1 {
		return []string{fmt.Sprintf("%d domains, want 1: without one there is no token endpoint", len(domains))}
	}
	for id, domain := range domains {
		if strings.Contains(compact(properties(domain)["Domain"]), "AWS::StackId") {
			return nil
		}
		return []string{fmt.Sprintf("%s has the fixed prefix %v: a second deployment anywhere in the Region fails", id, properties(domain)["Domain"])}
	}
	return nil
}

func strayReferences(s stage) (findings []string) {
	t := s.stacks["Api"]
	for id, route := range t.resources("AWS::ApiGatewayV2::Route") {
		authorizer, _ := at(properties(route), "AuthorizerId", "Ref").(string)
		if t.resources("AWS::ApiGatewayV2::Authorizer")[authorizer] == nil {
			findings = append(findings, fmt.Sprintf("%s has the authorizer %v, which is not in the stack", id, authorizer))
		}
		target := compact(properties(route)["Target"])
		known := func(integration string) bool {
			return strings.Contains(target, compact(map[string]any{"Ref": integration}))
		}
		if !slices.ContainsFunc(slices.Collect(maps.Keys(t.resources("AWS::ApiGatewayV2::Integration"))), known) {
			findings = append(findings, fmt.Sprintf("%s targets %s, which is not in the stack", id, target))
		}
	}
	return findings
}

// compact is a value as JSON on one line, for comparing and printing.
func compact(value any) string {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(raw)
}

// stringsIn are all strings in a JSON value, keys included, in no order.
func stringsIn(value any) (found []string) {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		for _, element := range v {
			found = append(found, stringsIn(element)...)
		}
	case map[string]any:
		for key, element := range v {
			found = append(append(found, key), stringsIn(element)...)
		}
	}
	return found
}
