package test

import (
	"fmt"
	"maps"
	"slices"
)

// wrongAddress wants the API where the file says: at its default address, or at a custom domain
// with its mapping and record, and then nowhere else.
func wrongAddress(s stage) (findings []string) {
	t := s.stacks["Api"]
	api, resource, finding := t.the("AWS::ApiGatewayV2::Api")
	if finding != nil {
		return finding
	}
	configured := s.env.API.CustomDomain
	closed := configured != nil && !configured.KeepDefaultEndpoint
	if got := properties(resource)["DisableExecuteApiEndpoint"]; got != closed { // written either way: left out, it stays as it was
		findings = append(findings, fmt.Sprintf("%s: its default address is closed: %v", api, got))
	}
	url := text(at(t.section("Outputs"), "ApiUrl", "Value"))
	if configured == nil {
		if domains := len(t.resources("AWS::ApiGatewayV2::DomainName")); domains > 0 || url != "${"+api+".ApiEndpoint}" {
			findings = append(findings, fmt.Sprintf("%d domains, and the URL is %s", domains, url))
		}
		return findings
	}
	if url != "https://"+configured.Name {
		findings = append(findings, fmt.Sprintf("the URL is %s, configured is %s", url, configured.Name))
	}
	return append(findings, s.wrongAPIDomain(api)...)
}

func (s stage) wrongAPIDomain(api string) (findings []string) {
	t, configured := s.stacks["Api"], s.env.API.CustomDomain
	want := map[string]any{
		"DomainName": configured.Name,
		"DomainNameConfigurations": []any{map[string]any{
			"CertificateArn": configured.CertificateARN, "EndpointType": "REGIONAL", "SecurityPolicy": "TLS_1_2",
		}},
	}
	if trusted := configured.MutualTLS; trusted != nil {
		want["MutualTlsAuthentication"] = map[string]any{"TruststoreUri": trusted.TruststoreURI, "TruststoreVersion": trusted.TruststoreVersion}
	}
	domain, resource, missing := t.the("AWS::ApiGatewayV2::DomainName")
	mapping, mapped, noMapping := t.the("AWS::ApiGatewayV2::ApiMapping")
	stageID, _, noStage := t.the("AWS::ApiGatewayV2::Stage")
	record, points, noRecord := t.the("AWS::Route53::RecordSet")
	if findings = slices.Concat(missing, noMapping, noStage, noRecord); len(findings) > 0 {
		return findings
	}
	if got := compact(properties(resource)); got != compact(want) {
		findings = append(findings, fmt.Sprintf("%s is %s, want %s", domain, got, compact(want)))
	}
	p := properties(mapped)
	dependencies, _ := mapped["DependsOn"].([]any)
	if compact(p["ApiId"]) != ref(api) || compact(p["DomainName"]) != ref(domain) || p["Stage"] != "$default" || p["ApiMappingKey"] != nil {
		findings = append(findings, fmt.Sprintf("%s is %s", mapping, compact(p)))
	}
	if !slices.Contains(dependencies, any(stageID)) {
		findings = append(findings, mapping+" does not wait for the stage that it names")
	}
	p = properties(points)
	if p["Name"] != configured.Name+"." || p["HostedZoneId"] != configured.HostedZoneID || p["Type"] != "A" ||
		compact(at(p, "AliasTarget", "DNSName")) != getAtt(domain, "RegionalDomainName") {
		findings = append(findings, fmt.Sprintf("%s is %s", record, compact(p)))
	}
	return findings
}

func wrongCORS(s stage) []string {
	_, api, finding := s.stacks["Api"].the("AWS::ApiGatewayV2::Api")
	if finding != nil {
		return finding
	}
	want := map[string]any{}
	if allowed := s.env.API.CORS; allowed != nil {
		want["AllowOrigins"], want["AllowMethods"], want["AllowHeaders"] = allowed.AllowOrigins, allowed.AllowMethods, allowed.AllowHeaders
		if len(allowed.ExposeHeaders) > 0 {
			want["ExposeHeaders"] = allowed.ExposeHeaders
		}
		want["AllowCredentials"] = allowed.AllowCredentials
		if allowed.MaxAge > 0 {
			want["MaxAge"] = allowed.MaxAge.Seconds()
		}
	}
	got, _ := properties(api)["CorsConfiguration"].(map[string]any)
	if len(got) != len(want) || len(want) > 0 && compact(got) != compact(want) {
		return []string{fmt.Sprintf("browsers are answered %s, configured is %s", compact(got), compact(want))}
	}
	return nil
}

// logsKeys are the keys that encrypt log groups.
func (s stage) logsKeys() map[string]map[string]any {
	keys := s.stacks["Api"].resources("AWS::KMS::Key")
	used := map[string]bool{}
	for _, group := range s.stacks["Api"].resources("AWS::Logs::LogGroup") {
		named, _ := at(properties(group), "KmsKeyId", "Fn::GetAtt").([]any)
		if len(named) == 2 {
			used[fmt.Sprint(named[0])] = true
		}
	}
	maps.DeleteFunc(keys, func(id string, _ map[string]any) bool { return !used[id] })
	return keys
}

func wrongLogs(s stage) (findings []string) {
	keys := s.logsKeys()
	if got := len(keys) == 1; got != s.env.Logs.CustomerKey || len(keys) > 1 {
		findings = append(findings, fmt.Sprintf("%d keys of log groups, configured is %t", len(keys), s.env.Logs.CustomerKey))
	}
	used := "null"
	for id, key := range keys {
		used = getAtt(id, "Arn")
		findings = append(findings, s.shortLivedKey(id, key)...)
		service := allow("*", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
		service["Principal"] = map[string]any{"Service": []any{"logs." + s.region() + ".amazonaws.com"}}
		service["Condition"] = map[string]any{"ArnLike": map[string]any{
			"kms:EncryptionContext:aws:logs:arn": s.arn("logs", "log-group:*m2m-"+s.env.Name+"-Api-*"),
		}}
		if got, want := statementsOf(properties(key)["KeyPolicy"]), []string{s.ownKey(), canonical(service)}; !sameSet(got, want) {
			findings = append(findings, fmt.Sprintf("%s allows %v, want %v", id, got, want))
		}
	}
	for id, group := range s.stacks["Api"].resources("AWS::Logs::LogGroup") {
		p := properties(group)
		if got := compact(p["KmsKeyId"]); got != used || p["RetentionInDays"] != float64(s.env.Logs.RetentionDays) {
			findings = append(findings, fmt.Sprintf("%s is kept for %v days under %s, want %d and %s", id, p["RetentionInDays"], got, s.env.Logs.RetentionDays, used))
		}
	}
	return findings
}

// wrongFunctions holds the functions behind the routes against the file; the one that rotates has a
// guard of its own.
func wrongFunctions(s stage) (findings []string) {
	behind := map[string]map[string]any{}
	for _, route := range s.env.API.Routes {
		for _, key := range route.Keys() {
			function := s.functionBehind(key)
			if earlier := behind[route.Function]; function == nil || earlier != nil && compact(earlier) != compact(function) {
				findings = append(findings, fmt.Sprintf("%s does not lead to the one function %s", key, route.Function))
			}
			behind[route.Function] = function
		}
	}
	for _, f := range s.env.Functions {
		p := properties(behind[f.Name])
		variables, _ := at(p, "Environment", "Variables").(map[string]any)
		got := fmt.Sprintf("%v MB, %v s, %s", p["MemorySize"], p["Timeout"], texts(variables))
		if want := fmt.Sprintf("%d MB, %v s, %s", f.MemoryMB, f.Timeout.Seconds(), texts(f.Environment)); got != want {
			findings = append(findings, fmt.Sprintf("%s has %s, configured is %s", f.Name, got, want))
		}
	}
	return findings
}

// functionBehind is the function that a route's integration calls; nil if there is none.
func (s stage) functionBehind(key string) map[string]any {
	t := s.stacks["Api"]
	for _, route := range t.resources("AWS::ApiGatewayV2::Route") {
		if properties(route)["RouteKey"] != key {
			continue
		}
		for id, integration := range t.resources("AWS::ApiGatewayV2::Integration") {
			called, _ := at(properties(integration), "IntegrationUri", "Fn::GetAtt").([]any)
			if text(properties(route)["Target"]) == "integrations/${"+id+"}" && len(called) == 2 {
				return t.resources("AWS::Lambda::Function")[fmt.Sprint(called[0])]
			}
		}
	}
	return nil
}

func texts[V any](variables map[string]V) string {
	if len(variables) == 0 {
		return "{}"
	}
	return compact(variables)
}

// wrongTags looks at the stacks, not at their resources: CloudFormation hands a stack's tags on.
func wrongTags(s stage) (findings []string) {
	want := map[string]string{}
	for _, tag := range s.env.Tags {
		want[tag.Key] = tag.Value
	}
	if s.env.Expires != "" {
		want["m2m:expires"] = s.env.Expires
	}
	for id, artifact := range s.artifacts("aws:cloudformation:stack") {
		got, _ := at(artifact, "properties", "tags").(map[string]any)
		if texts(got) != texts(want) {
			findings = append(findings, fmt.Sprintf("%s has the tags %s, want %s", id, texts(got), texts(want)))
		}
	}
	return findings
}
