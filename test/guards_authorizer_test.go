package test

import (
	"fmt"
	"slices"
)

// authorizerFunction is the logical id of the function that the authorizer calls; "" if it calls
// none.
func (s stage) authorizerFunction() string {
	t := s.stacks["Api"]
	_, authorizer, finding := t.the("AWS::ApiGatewayV2::Authorizer")
	if finding != nil || s.env.API.Authorizer == nil {
		return ""
	}
	for id := range t.resources("AWS::Lambda::Function") {
		uri := "arn:" + s.partition() + ":apigateway:" + s.region() + ":lambda:path/2015-03-31/functions/${" + id + ".Arn}/invocations"
		if text(properties(authorizer)["AuthorizerUri"]) == uri {
			return id
		}
	}
	return ""
}

// looseFunctionAuthorizer wants each setting in writing. Without the route among the identity
// sources, what a token may do on one route it may do on all.
func (s stage) looseFunctionAuthorizer(id string, authorizer map[string]any) (findings []string) {
	if s.authorizerFunction() == "" {
		return []string{id + " calls no function of the stack"}
	}
	api, _, finding := s.stacks["Api"].the("AWS::ApiGatewayV2::Api")
	if finding != nil {
		return finding
	}
	want := map[string]any{
		"ApiId": map[string]any{"Ref": api}, "Name": "Function", "AuthorizerType": "REQUEST",
		"AuthorizerPayloadFormatVersion": "2.0", "EnableSimpleResponses": true,
		"IdentitySource":               []any{"$request.header.Authorization", "$context.routeKey"},
		"AuthorizerResultTtlInSeconds": s.env.API.Authorizer.TTL.Seconds(),
		"AuthorizerUri":                properties(authorizer)["AuthorizerUri"],
	}
	if got := compact(properties(authorizer)); got != compact(want) {
		findings = append(findings, fmt.Sprintf("%s is %s, want %s", id, got, compact(want)))
	}
	return append(findings, s.wrongAuthorizerFunction()...)
}

func (s stage) wrongAuthorizerFunction() (findings []string) {
	id := s.authorizerFunction()
	p := properties(s.stacks["Api"].resources("AWS::Lambda::Function")[id])
	variables, _ := at(p, "Environment", "Variables").(map[string]any)
	got := map[string]string{}
	for name, value := range variables {
		got[name] = text(value)
	}
	want := map[string]string{"ISSUER": text(at(s.stacks["Api"].section("Outputs"), "Issuer", "Value")), "REFUSED_PATH": "/m2m/" + s.env.Name + "/refused/"}
	if compact(got) != compact(want) {
		findings = append(findings, fmt.Sprintf("%s has the environment %s, want %s", id, compact(got), compact(want)))
	}
	if p["Timeout"] != 10.0 {
		findings = append(findings, fmt.Sprintf("%s may take %v s, and API Gateway waits 10", id, p["Timeout"]))
	}
	return findings
}

// ofAuthorizer reports whether a permission is one to call the authorizer's function.
func (s stage) ofAuthorizer(permission map[string]any) bool {
	return s.authorizerFunction() != "" && compact(properties(permission)["FunctionName"]) == getAtt(s.authorizerFunction(), "Arn")
}

// openAuthorizer wants one permission, for exactly this authorizer, and every route to wait for it
// and for what the function may read: until then a call would end with 500 or 403.
func openAuthorizer(s stage) (findings []string) {
	if s.env.API.Authorizer == nil {
		return nil
	}
	t := s.stacks["Api"]
	api, _, noAPI := t.the("AWS::ApiGatewayV2::Api")
	authorizer, _, noAuthorizer := t.the("AWS::ApiGatewayV2::Authorizer")
	if findings = slices.Concat(noAPI, noAuthorizer); len(findings) > 0 {
		return findings
	}
	var needed []string
	for id, permission := range t.resources("AWS::Lambda::Permission") {
		if !s.ofAuthorizer(permission) {
			continue
		}
		needed = append(needed, id)
		p := properties(permission)
		if p["Action"] != "lambda:InvokeFunction" || p["Principal"] != "apigateway.amazonaws.com" ||
			text(p["SourceArn"]) != s.arn("execute-api", "${"+api+"}/authorizers/${"+authorizer+"}") {
			findings = append(findings, fmt.Sprintf("%s is %s", id, compact(p)))
		}
	}
	if len(needed) != 1 {
		findings = append(findings, fmt.Sprintf("%d permissions to call the authorizer's function, want 1", len(needed)))
	}
	for id, policy := range t.resources("AWS::IAM::Policy") {
		if slices.Contains(s.functionsUnder(t, policy), s.authorizerFunction()) {
			needed = append(needed, id)
		}
	}
	for id, route := range t.resources("AWS::ApiGatewayV2::Route") {
		dependencies, _ := route["DependsOn"].([]any)
		for _, other := range needed {
			if !slices.Contains(dependencies, any(other)) {
				findings = append(findings, id+" does not wait for "+other)
			}
		}
	}
	return findings
}
