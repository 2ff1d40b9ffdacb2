package diff_test

import "slices"

// functionAuthorizer is one beside the JWT authorizer.
var functionAuthorizer = []edit{api("Asking", `{"Type": "AWS::ApiGatewayV2::Authorizer", "Properties": {
	"AuthorizerType": "REQUEST", "Name": "Asking", "AuthorizerResultTtlInSeconds": 60}}`)}

var routeCases = []ruleCase{
	{
		"a route is opened",
		[]edit{api("AnyRoute.AuthorizationType", `"NONE"`), api("AnyRoute.AuthorizerId", "")},
		[]string{"route-authorization loosens route ANY /test_jwt: opened: anyone may call it, without a token (AuthorizationType JWT -> NONE)"},
	},
	{
		"an AuthorizationType that is left out is NONE",
		[]edit{api("AnyRoute.AuthorizationType", "")},
		[]string{"route-authorization loosens route ANY /test_jwt: opened: anyone …"},
	},
	{
		"a route is guarded in another way",
		[]edit{api("AnyRoute.AuthorizationType", `"AWS_IAM"`)},
		[]string{"route-authorization changes route ANY /test_jwt: is guarded in another way (AuthorizationType JWT -> AWS_IAM)"},
	},
	{
		"a route asks another authorizer",
		[]edit{api("AnyRoute.AuthorizerId", `{"Ref": "Other"}`)},
		[]string{"route-authorization changes route ANY /test_jwt: asks another authorizer: ${Jwt} -> ${Other}"},
	},
	{
		"a route becomes another one in place",
		[]edit{api("AnyRoute.RouteKey", `"$default"`)},
		[]string{"route-key changes route ANY /test_jwt -> $default: is another route: ANY /test_jwt -> $default"},
	},
	{
		"a route is added that asks for a scope",
		[]edit{api("Orders", `{"Type": "AWS::ApiGatewayV2::Route", "Properties": {"RouteKey": "POST /orders", "AuthorizationType": "JWT", "AuthorizationScopes": ["a/b"]}}`)},
		[]string{"route-added changes route POST /orders: added, for tokens with a/b"},
	},
	{
		"a route is added without scopes",
		[]edit{api("Orders", `{"Type": "AWS::ApiGatewayV2::Route", "Properties": {"RouteKey": "POST /orders", "AuthorizationType": "JWT"}}`)},
		[]string{"route-added loosens route POST /orders: added without scopes: any client of the authorizer's audience may call it"},
	},
	{
		"a route is added without an authorizer",
		[]edit{api("Orders", `{"Type": "AWS::ApiGatewayV2::Route", "Properties": {"RouteKey": "POST /orders"}}`)},
		[]string{"route-added loosens route POST /orders: added without an authorizer: anyone may call it"},
	},
	{
		"a route is removed",
		[]edit{api("AnyRoute", "")},
		[]string{"route-removed tightens route ANY /test_jwt: removed: its callers get 404, or what a more general route answers"},
	},
	{
		"a route is widened by a scope",
		[]edit{api("ReadRoute.AuthorizationScopes", `["test-api/admin", "test-api/read", "test-api/write"]`)},
		[]string{"route-scopes loosens route GET /test_jwt/read: widened: lets in tokens with test-api/write, too"},
	},
	{
		"a route is widened to every client",
		[]edit{api("ReadRoute.AuthorizationScopes", `[]`)},
		[]string{"route-scopes loosens route GET /test_jwt/read: widened: no longer asks for test-api/read or test-api/admin, any client…"},
	},
	{
		"a route is narrowed by a scope",
		[]edit{api("ReadRoute.AuthorizationScopes", `["test-api/read"]`)},
		[]string{"route-scopes tightens route GET /test_jwt/read: narrowed: test-api/admin is no longer enough"},
	},
	{
		"a route is narrowed from any token",
		[]edit{api("AnyRoute.AuthorizationScopes", `["test-api/read"]`)},
		[]string{"route-scopes tightens route ANY /test_jwt: narrowed: asks for test-api/read, any token was enough before"},
	},
	{
		"a route asks for another scope",
		[]edit{api("ReadRoute.AuthorizationScopes", `["test-api/write"]`)},
		[]string{"route-scopes loosens route GET /test_jwt/read: other scopes: lets in tokens with test-api/write, no longer those with test-api/admin or test-api/read"},
	},
	{
		"a function authorizer is added",
		[]edit{api("Other", `{"Type": "AWS::ApiGatewayV2::Authorizer", "Properties": {"AuthorizerType": "REQUEST", "Name": "Other"}}`)},
		[]string{"audience changes authorizer Other: a Lambda function decides which tokens are accepted: a refused one gets 403 without…"},
	},
	{
		"a function decides instead of API Gateway",
		slices.Concat(functionAuthorizer, []edit{
			api("Jwt", ""),
			api("AnyRoute.AuthorizationType", `"CUSTOM"`), api("AnyRoute.AuthorizerId", `{"Ref": "Asking"}`), api("/Resources/AnyRoute/Metadata", `{"m2m:scopes": []}`),
			api("ReadRoute.AuthorizationType", `"CUSTOM"`), api("ReadRoute.AuthorizerId", `{"Ref": "Asking"}`), api("ReadRoute.AuthorizationScopes", ""),
			api("/Resources/ReadRoute/Metadata", `{"m2m:scopes": ["test-api/read", "test-api/admin"]}`),
		}),
		[]string{
			"route-authorization changes route ANY /test_jwt: a function checks its tokens: any client of the user pool may call it (AuthorizationType JWT -> CUSTOM)",
			"route-authorization changes route GET /test_jwt/read: a function checks its tokens: any client of the user pool with test-api/read or test-api/admin may call it (AuthorizationType JWT -> CUSTOM)",
			"audience changes authorizer Asking: a Lambda function decides which tokens are accepted: a refused one gets 403 without www-authenticate, where a JWT authorizer says 401, and functions behind the API find the client in requestContext.authorizer.lambda",
		},
	},
	{
		"an authorizer becomes a function's in place",
		[]edit{api("Jwt.AuthorizerType", `"REQUEST"`), api("Jwt.JwtConfiguration", "")},
		[]string{
			"audience changes authorizer Jwt: a Lambda function decides which tokens are accepted: a refused one gets 403…",
			"issuer changes authorizer Jwt: trusts another issuer: …",
			"authorizer-type changes authorizer Jwt: is another type of authorizer: JWT -> REQUEST",
		},
	},
	{
		"the order of scopes says nothing",
		[]edit{api("ReadRoute.AuthorizationScopes", `["test-api/admin", "test-api/read"]`)},
		nil,
	},
}

var clientCases = []ruleCase{
	{
		"a client is added, and the authorizer accepts it",
		[]edit{
			api("Backend", `{"Type": "AWS::Cognito::UserPoolClient", "Properties": {"ClientName": "backend", "AllowedOAuthScopes": ["test-api/read"]}}`),
			api("Jwt.JwtConfiguration.Audience", `[{"Ref": "Reader"}, {"Ref": "Writer"}, {"Ref": "Backend"}]`),
		},
		[]string{
			"audience loosens authorizer Jwt: accepts tokens of app client backend",
			"client-added loosens app client backend: added, may ask for test-api/read",
		},
	},
	{
		"a client is removed",
		[]edit{api("Writer", ""), api("Jwt.JwtConfiguration.Audience", `[{"Ref": "Reader"}]`)},
		[]string{
			"audience tightens authorizer Jwt: no longer accepts tokens of app client writer",
			"stateful removes app client writer: removed: the partner needs a new client id and secret, and the old ones stop working; the old one is deleted",
		},
	},
	{
		"a client is renamed, and its secret with it",
		[]edit{replace("Reader", "Backend"), replace(`"reader"`, `"backend"`)},
		[]string{
			"audience loosens authorizer Jwt: accepts tokens of app client backend",
			"policy loosens resource policy BackendPolicy: allows secretsmanager:GetSecretValue on ${BackendSecret} to AWS arn:aws:iam::111122223333:role/partner",
			"audience tightens authorizer Jwt: no longer accepts tokens of app client reader",
			"policy tightens resource policy ReaderPolicy: no longer allows secretsmanager:GetSecretValue on ${ReaderSecret} to AWS arn:aws:iam::111122223333:role/partner",
			"stateful replaces app client reader -> backend: replaced (its logical id changes): the partner needs a new client id and secret…",
			"stateful replaces secret Api/Clients/Reader/Secret -> Api/Clients/Backend/Secret: replaced (its logical id changes): its value…",
		},
	},
	{
		"a client may ask for another scope",
		[]edit{api("Reader.AllowedOAuthScopes", `["test-api/write"]`)},
		[]string{
			"client-scopes loosens app client reader: scopes it may ask for: added test-api/write",
			"client-scopes tightens app client reader: scopes it may ask for: removed test-api/read",
		},
	},
	{
		"other flows, callbacks and providers",
		[]edit{
			api("Reader.AllowedOAuthFlows", `["client_credentials", "code"]`),
			api("Reader.ExplicitAuthFlows", `["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"]`),
			api("Reader.CallbackURLs", `["https://app.example"]`),
			api("Reader.SupportedIdentityProviders", `["COGNITO", "Google"]`),
		},
		[]string{
			"client-flows loosens app client reader: OAuth flows: added code",
			"client-auth-flows loosens app client reader: authentication flows: added ALLOW_USER_PASSWORD_AUTH",
			"client-callbacks loosens app client reader: callback URLs: added https://app.example",
			"client-providers loosens app client reader: identity providers: added Google",
		},
	},
	{
		"tokens live longer",
		[]edit{api("Reader.AccessTokenValidity", `2`), api("Reader.TokenValidityUnits.AccessToken", `"hours"`)},
		[]string{"token-validity loosens app client reader: access tokens, which can't be revoked, stay valid longer: 1h0m0s -> 2h0m0s"},
	},
	{
		"tokens end sooner than in the hour that is the default",
		[]edit{api("Writer.AccessTokenValidity", `1800`), api("Writer.TokenValidityUnits.AccessToken", `"seconds"`)},
		[]string{"token-validity tightens app client writer: access tokens expire sooner: 1h0m0s -> 30m0s"},
	},
	{
		"the same validity in other words",
		[]edit{api("Reader.AccessTokenValidity", `1`), api("Reader.TokenValidityUnits", "")},
		nil,
	},
	{
		"a client loses its secret, and is replaced",
		[]edit{api("Reader.GenerateSecret", `false`), api("Reader.EnableTokenRevocation", `false`)},
		[]string{
			"client-secret loosens app client reader: the client has a secret: true -> false",
			"token-revocation loosens app client reader: refresh tokens can be revoked: true -> false",
			"stateful replaces app client reader: replaced (GenerateSecret changes, which CloudFormation can't do in place): the partner…",
		},
	},
	{
		"a scope is removed from the resource server",
		[]edit{identity("TestAPI.Scopes", `[{"ScopeName": "read", "ScopeDescription": "Read"}, {"ScopeName": "list", "ScopeDescription": "List"}]`)},
		[]string{
			"scopes changes resource server test-api: scopes it defines: added list",
			"scopes tightens resource server test-api: scopes it defines: removed write",
		},
	},
	{
		"a resource server is removed",
		[]edit{identity("TestAPI", "")},
		[]string{"scopes-removed tightens resource server test-api: removed: tokens no longer carry its scopes, and routes that ask for them answer 403"},
	},
}

var apiCases = []ruleCase{
	{
		"a function gets concurrency of its own",
		[]edit{api("Echo.ReservedConcurrentExecutions", "20")},
		[]string{"reserved-concurrency changes function Echo: at most 20 of it run at the same time, and so many are kept from all other functions"},
	},
	{
		"the authorizer trusts somebody else",
		[]edit{
			api("Jwt.JwtConfiguration.Issuer", `"https://issuer.example"`),
			api("Jwt.IdentitySource", `["$request.querystring.token"]`),
			api("Jwt.AuthorizerType", `"REQUEST"`),
			api("Jwt.JwtConfiguration.Audience", `[{"Ref": "Reader"}, {"Ref": "Writer"}, "a-stranger"]`),
		},
		[]string{
			"audience loosens authorizer Jwt: accepts tokens of a-stranger",
			"audience changes authorizer Jwt: a Lambda function decides which tokens are accepted: a refused one…",
			"issuer changes authorizer Jwt: trusts another issuer: ${import m2m-prod-Identity:Issuer} -> https://issuer.example",
			"authorizer-type changes authorizer Jwt: is another type of authorizer: JWT -> REQUEST",
			"identity-source changes authorizer Jwt: takes the token from elsewhere: [$request.header.Authorization] -> [$request.querystring.token]",
		},
	},
	{
		"CORS is widened",
		[]edit{
			api("HttpApi.CorsConfiguration.AllowOrigins", `["*"]`),
			api("HttpApi.CorsConfiguration.AllowMethods", `["GET", "POST"]`),
			api("HttpApi.CorsConfiguration.AllowHeaders", `["authorization", "x-other"]`),
			api("HttpApi.CorsConfiguration.AllowCredentials", `true`),
		},
		[]string{
			"cors-credentials loosens HTTP API m2m-prod-Api: browsers may send credentials: false -> true",
			"cors-origins loosens HTTP API m2m-prod-Api: CORS origins: added *",
			"cors-methods loosens HTTP API m2m-prod-Api: CORS methods: added POST",
			"cors-headers loosens HTTP API m2m-prod-Api: CORS request headers: added x-other",
			"cors-origins tightens HTTP API m2m-prod-Api: CORS origins: removed https://app.example",
		},
	},
	{
		"the default address is closed, and routes come from a document",
		[]edit{api("HttpApi.DisableExecuteApiEndpoint", `true`), api("HttpApi.Body", `{"openapi": "3.0.1"}`)},
		[]string{
			"openapi-body changes HTTP API m2m-prod-Api: other routes, from its OpenAPI document: (not set) -> {openapi: 3.0.1}",
			"execute-api-endpoint tightens HTTP API m2m-prod-Api: the default address is disabled: false -> true",
		},
	},
	{
		"the throttle is raised and removed",
		[]edit{
			api("Stage.DefaultRouteSettings.ThrottlingRateLimit", `1000`),
			api("Stage.DefaultRouteSettings.ThrottlingBurstLimit", ""),
			api("Stage.RouteSettings", `{"ANY /test_jwt": {"ThrottlingRateLimit": 1}, "GET /test_jwt/read": {"ThrottlingRateLimit": 5}}`),
		},
		[]string{
			"throttle-rate loosens stage $default: requests per second: 100 -> 1000",
			"throttle-burst loosens stage $default: burst of requests: 200 -> no limit of its own",
			"route-throttle changes stage $default: limits of single routes change: {GET /test_jwt/read: {ThrottlingRateLimit: 5}} -> {ANY /test_jwt: {Throt…",
		},
	},
	{
		"the throttle is lowered",
		[]edit{api("Stage.DefaultRouteSettings.ThrottlingRateLimit", `"50"`)},
		[]string{"throttle-rate tightens stage $default: requests per second: 100 -> 50"},
	},
	{
		"the access log is removed",
		[]edit{api("Stage.AccessLogSettings", "")},
		[]string{
			"access-log loosens stage $default: the access log is removed: calls are no longer recorded",
			"access-log-format changes stage $default: the access log records other fields: $context.requestId -> (not set)",
		},
	},
	{
		"the access log goes elsewhere",
		[]edit{api("Stage.AccessLogSettings.DestinationArn", `"arn:aws:logs:eu-west-1:1:log-group:x"`)},
		[]string{"access-log changes stage $default: the access log goes elsewhere: ${EchoLogs.Arn} -> arn:aws:logs:eu-west-1:1:log-group:x"},
	},
}
