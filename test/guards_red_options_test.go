package test

// optionBreakages break copies of the environment with every key.
var optionBreakages = map[string][]breakage{
	"the API's address is the configured one": {
		{"an open default address", api("AWS::ApiGatewayV2::Api", "", "DisableExecuteApiEndpoint", false)},
		{"another domain", api("AWS::ApiGatewayV2::DomainName", "", "DomainName", "other.example.com")},
		{"callers without a certificate", api("AWS::ApiGatewayV2::DomainName", "", "MutualTlsAuthentication", nil)},
		{"another API behind the domain", api("AWS::ApiGatewayV2::ApiMapping", "", "ApiId", "abc")},
		{"a path of the domain", api("AWS::ApiGatewayV2::ApiMapping", "", "ApiMappingKey", "v1")},
		{"a mapping before its stage", resource("AWS::ApiGatewayV2::ApiMapping", "", "DependsOn", nil)},
		{"a record of another name", api("AWS::Route53::RecordSet", "", "Name", "other.example.com.")},
		{"no record", drop("AWS::Route53::RecordSet", "")},
		{"the default address told", func(s stage) {
			s.stacks["Api"].section("Outputs")["ApiUrl"] = map[string]any{"Value": map[string]any{"Fn::GetAtt": []any{"HttpApiF5A9A8A7", "ApiEndpoint"}}}
		}},
	},
	"browsers are answered what is configured": {
		{"every origin", api("AWS::ApiGatewayV2::Api", "", "CorsConfiguration", map[string]any{"AllowOrigins": []any{"*"}})},
		{"no CORS", api("AWS::ApiGatewayV2::Api", "", "CorsConfiguration", nil)},
	},
	"logs are kept and encrypted as configured": {
		{"a shorter time", api("AWS::Logs::LogGroup", "Access", "RetentionInDays", 30.0)},
		{"one without the key", api("AWS::Logs::LogGroup", "Echo", "KmsKeyId", nil)},
		{"a key for every log group", func(s stage) {
			policy := properties(first(s.stacks["Api"], "AWS::KMS::Key", "LogsKey"))["KeyPolicy"]
			delete(at(policy, "Statement").([]any)[1].(map[string]any), "Condition")
		}},
		{"a key that never changes", api("AWS::KMS::Key", "LogsKey", "EnableKeyRotation", false)},
		{"a key that goes", resource("AWS::KMS::Key", "LogsKey", "DeletionPolicy", "Delete")},
	},
	"functions have the configured settings": {
		{"other memory", api("AWS::Lambda::Function", "FunctionsOrders", "MemorySize", 128)},
		{"another timeout", api("AWS::Lambda::Function", "FunctionsOrders", "Timeout", 10)},
		{"an echo that knows the pool", api("AWS::Lambda::Function", "FunctionsEcho", "Environment", map[string]any{"Variables": map[string]any{"USER_POOL_ID": "x"}})},
		{"another function behind a route", api("AWS::ApiGatewayV2::Route", "RoutesGETwhoami", "Target", map[string]any{
			"Fn::Join": []any{"", []any{"integrations/", map[string]any{"Ref": "IntegrationsOrders2380C90F"}}},
		})},
		{"no variables", api("AWS::Lambda::Function", "FunctionsOrders", "Environment", nil)},
	},
	"stacks have the configured tags": {
		{"no tags", func(s stage) {
			delete(at(s.artifacts("aws:cloudformation:stack")[s.artifact("Api")], "properties").(map[string]any), "tags")
		}},
		{"another tag", func(s stage) {
			at(s.artifacts("aws:cloudformation:stack")[s.artifact("Identity")], "properties", "tags").(map[string]any)["m2m:expires"] = "2026-12-31"
		}},
	},
	"the issuer is the environment's user pool": {
		{"the other form", jwt(func(c map[string]any) {
			c["Issuer"] = map[string]any{"Fn::ImportValue": "m2m-maximal-Identity:ExportsOutputFnGetAttUserPool6BA7E5F2ProviderURL1DC61701"}
		})},
		{"a pool of the other form", identity("AWS::Cognito::UserPool", "", "IssuerConfiguration", nil)},
	},
	"the domain is the configured or a new one": {
		{"no custom domain", func(s stage) { delete(s.stacks["Identity"].section("Resources"), "UserPoolCustomDomainC8F5B565") }},
		{"another certificate", identity("AWS::Cognito::UserPoolDomain", "CustomDomain", "CustomDomainConfig", map[string]any{"CertificateArn": "arn"})},
		{"another name", identity("AWS::Cognito::UserPoolDomain", "CustomDomain", "Domain", "other.example.com")},
	},
	"the stage deploys, throttles and logs": {
		{"a route without its limits", api("AWS::ApiGatewayV2::Stage", "", "RouteSettings", nil)},
		{"a stage before its routes", resource("AWS::ApiGatewayV2::Stage", "", "DependsOn", nil)},
	},
	"a customer key encrypts every secret, or none": {
		{"the logs' key", api("AWS::SecretsManager::Secret", "Shop", "KmsKeyId", map[string]any{"Fn::GetAtt": []any{"LogsKeyA6AB43B2", "Arn"}})},
	},
	"the rotation function knows its pool": {
		{"no pool", api("AWS::Lambda::Function", "Rotation", "Environment", nil)},
	},
}
