package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

func openRoutes(s stage) (findings []string) {
	want := map[string][]string{}
	for _, route := range s.env.API.Routes {
		for _, key := range route.Keys() {
			want[key] = route.Scopes
		}
	}
	authorizer, _, finding := s.stacks["Api"].the("AWS::ApiGatewayV2::Authorizer")
	if finding != nil {
		return finding
	}
	var got []string
	for id, route := range s.stacks["Api"].resources("AWS::ApiGatewayV2::Route") {
		p := properties(route)
		key, _ := p["RouteKey"].(string)
		got = append(got, key)
		kind, scopes := "JWT", want[key]
		if s.env.API.Authorizer != nil { // its scopes are in the function's file, see TestScopesOfTheAuthorizer
			kind, scopes = "CUSTOM", nil
			if !sameSet(compactAll(at(route, "Metadata", "m2m:scopes")), quoted(want[key])) {
				findings = append(findings, fmt.Sprintf("%s (%s) says to want the scopes %v, configured are %v", id, key, at(route, "Metadata"), want[key]))
			}
		}
		if p["AuthorizationType"] != kind || compact(p["AuthorizerId"]) != ref(authorizer) {
			findings = append(findings, fmt.Sprintf("%s (%s) is open: AuthorizationType %v", id, key, p["AuthorizationType"]))
		}
		if !sameSet(compactAll(p["AuthorizationScopes"]), quoted(scopes)) {
			findings = append(findings, fmt.Sprintf("%s (%s) wants the scopes %v, configured are %v", id, key, p["AuthorizationScopes"], want[key]))
		}
	}
	if !sameSet(got, slices.Collect(maps.Keys(want))) {
		findings = append(findings, fmt.Sprintf("routes %v, configured are %v", got, slices.Collect(maps.Keys(want))))
	}
	return findings
}

// sideDoors are ways to a function past the routes.
func sideDoors(s stage) (findings []string) {
	for id := range s.stacks["Api"].resources("AWS::Lambda::Url") {
		findings = append(findings, id+" is a function URL")
	}
	for id, api := range s.stacks["Api"].resources("AWS::ApiGatewayV2::Api") {
		for _, property := range []string{"Target", "RouteKey", "Body", "BodyS3Location"} {
			if properties(api)[property] != nil {
				findings = append(findings, fmt.Sprintf("%s makes routes of its own with %s", id, property))
			}
		}
	}
	return findings
}

func looseAuthorizer(s stage) (findings []string) {
	id, authorizer, finding := s.stacks["Api"].the("AWS::ApiGatewayV2::Authorizer")
	if finding != nil {
		return finding
	}
	if s.env.API.Authorizer != nil {
		return s.looseFunctionAuthorizer(id, authorizer)
	}
	p := properties(authorizer)
	if p["AuthorizerType"] != "JWT" || compact(p["IdentitySource"]) != `["$request.header.Authorization"]` {
		findings = append(findings, fmt.Sprintf("type %v with the identity source %v", p["AuthorizerType"], p["IdentitySource"]))
	}
	var want []string
	for id := range s.stacks["Api"].resources("AWS::Cognito::UserPoolClient") {
		want = append(want, ref(id))
	}
	if got := compactAll(at(p, "JwtConfiguration", "Audience")); !sameSet(got, want) {
		findings = append(findings, fmt.Sprintf("audience %v, want the app clients %v", got, want))
	}
	return findings
}

func wrongIssuer(s stage) []string {
	_, authorizer, finding := s.stacks["Api"].the("AWS::ApiGatewayV2::Authorizer")
	if finding != nil {
		return finding
	}
	pool, resource, finding := s.stacks["Identity"].the("AWS::Cognito::UserPool")
	if finding != nil {
		return finding
	}
	issuer := at(properties(authorizer), "JwtConfiguration", "Issuer")
	if s.env.API.Authorizer != nil {
		issuer = at(properties(s.stacks["Api"].resources("AWS::Lambda::Function")[s.authorizerFunction()]), "Environment", "Variables", "ISSUER")
	}
	if output := at(s.stacks["Api"].section("Outputs"), "Issuer", "Value"); compact(output) != compact(issuer) {
		return []string{fmt.Sprintf("the output says %s, the authorizer trusts %s", compact(output), compact(issuer))}
	}
	if at(properties(resource), "IssuerConfiguration", "Type") != s.env.Identity.IssuerType {
		return []string{fmt.Sprintf("%s has the issuer %v, configured is %s", pool, properties(resource)["IssuerConfiguration"], s.env.Identity.IssuerType)}
	}
	host := map[string]string{"ORIGINAL": "cognito-idp", "UPDATED": "issuer-cognito-idp"}[s.env.Identity.IssuerType]
	if text(issuer) == "https://"+host+"."+s.region()+".amazonaws.com/"+s.poolID() {
		return nil
	}
	return []string{fmt.Sprintf("issuer %s is not that of the pool", compact(issuer))}
}

func strayReferences(s stage) (findings []string) {
	t := s.stacks["Api"]
	api, _, finding := t.the("AWS::ApiGatewayV2::Api")
	if finding != nil {
		return finding
	}
	var targets []string
	for id, integration := range t.resources("AWS::ApiGatewayV2::Integration") {
		p := properties(integration)
		targets = append(targets, compact(map[string]any{"Fn::Join": []any{"", []any{"integrations/", map[string]any{"Ref": id}}}}))
		if compact(p["ApiId"]) != ref(api) || p["IntegrationType"] != "AWS_PROXY" || p["PayloadFormatVersion"] != "2.0" {
			findings = append(findings, fmt.Sprintf("%s is %s", id, compact(p)))
		}
	}
	for id, route := range t.resources("AWS::ApiGatewayV2::Route") {
		p := properties(route)
		if compact(p["ApiId"]) != ref(api) || !slices.Contains(targets, compact(p["Target"])) {
			findings = append(findings, fmt.Sprintf("%s targets %s of %s, which is not in the stack", id, compact(p["Target"]), compact(p["ApiId"])))
		}
	}
	return findings
}

func openPermissions(s stage) (findings []string) {
	t := s.stacks["Api"]
	api, _, finding := t.the("AWS::ApiGatewayV2::Api")
	if finding != nil {
		return finding
	}
	var permitted, called []string
	for id, permission := range t.resources("AWS::Lambda::Permission") {
		if s.ofRotation(permission) || s.ofAuthorizer(permission) { // see openRotation, openAuthorizer
			continue
		}
		p := properties(permission)
		permitted = append(permitted, compact(p["FunctionName"]))
		// Two stars: with three the route $default would be refused.
		wholeAPI := strings.Contains(compact(p["SourceArn"]), `:execute-api:`) &&
			strings.HasSuffix(compact(p["SourceArn"]), compact(map[string]any{"Ref": api})+`,"/*/*"]]}`)
		if p["Principal"] != "apigateway.amazonaws.com" || p["Action"] != "lambda:InvokeFunction" || !wholeAPI {
			findings = append(findings, fmt.Sprintf("%s lets %v invoke for %s", id, p["Principal"], compact(p["SourceArn"])))
		}
	}
	for _, integration := range t.resources("AWS::ApiGatewayV2::Integration") {
		called = append(called, compact(properties(integration)["IntegrationUri"]))
	}
	if len(called) == 0 || !sameSet(permitted, called) {
		findings = append(findings, fmt.Sprintf("permissions for %v, integrations with %v", permitted, called))
	}
	return findings
}

func bareStage(s stage) (findings []string) {
	t := s.stacks["Api"]
	id, resource, finding := t.the("AWS::ApiGatewayV2::Stage")
	if finding != nil {
		return finding
	}
	p := properties(resource)
	if p["StageName"] != "$default" || p["AutoDeploy"] != true {
		findings = append(findings, fmt.Sprintf("%s is %v with AutoDeploy %v", id, p["StageName"], p["AutoDeploy"]))
	}
	want := compact(map[string]any{
		"ThrottlingBurstLimit": s.env.API.Throttle.Burst,
		"ThrottlingRateLimit":  s.env.API.Throttle.Rate,
	})
	if got := compact(p["DefaultRouteSettings"]); got != want {
		findings = append(findings, fmt.Sprintf("%s throttles at %s, configured is %s", id, got, want))
	}
	findings = append(findings, s.wrongRouteSettings(id, resource)...)
	destination, _ := at(p, "AccessLogSettings", "DestinationArn", "Fn::GetAtt").([]any)
	if len(destination) != 2 || t.resources("AWS::Logs::LogGroup")[fmt.Sprint(destination[0])] == nil {
		findings = append(findings, id+" logs to no log group of the stack")
	}
	return append(findings, s.poorLogFormat(id, at(p, "AccessLogSettings", "Format"))...)
}

// wrongRouteSettings wants the settings of the throttled routes, and the stage to wait for those
// routes: API Gateway refuses settings of a route it doesn't have.
func (s stage) wrongRouteSettings(id string, stage map[string]any) (findings []string) {
	want := map[string]any{}
	for _, route := range s.env.API.Routes {
		if route.Throttle == nil {
			continue
		}
		for _, key := range route.Keys() {
			want[key] = map[string]any{"ThrottlingBurstLimit": route.Throttle.Burst, "ThrottlingRateLimit": route.Throttle.Rate}
		}
	}
	got := properties(stage)["RouteSettings"]
	if got == nil {
		got = map[string]any{}
	}
	if compact(got) != compact(want) {
		findings = append(findings, fmt.Sprintf("%s throttles routes at %s, configured is %s", id, compact(got), compact(want)))
	}
	dependencies, _ := stage["DependsOn"].([]any)
	for route, resource := range s.stacks["Api"].resources("AWS::ApiGatewayV2::Route") {
		key, _ := properties(resource)["RouteKey"].(string)
		if want[key] != nil && !slices.Contains(dependencies, any(route)) {
			findings = append(findings, id+" does not wait for "+key+", which it has settings for")
		}
	}
	return findings
}

func (s stage) poorLogFormat(id string, value any) (findings []string) {
	format, _ := value.(string)
	if err := json.Unmarshal([]byte(format), &map[string]string{}); err != nil {
		findings = append(findings, id+": access log format is not JSON: "+err.Error())
	}
	if len(format) > 1024 {
		findings = append(findings, fmt.Sprintf("%s: access log format has %d characters, the API takes 1024", id, len(format)))
	}
	claims := "authorizer.claims."
	if s.env.API.Authorizer != nil {
		claims = "authorizer."
	}
	for _, variable := range []string{"requestId", claims + "client_id", claims + "scope", "authorizer.error", "responseLatency"} {
		if !strings.Contains(format, `"$context.`+variable+`"`) {
			findings = append(findings, id+": access log has no $context."+variable)
		}
	}
	return findings
}
