package test

// manyKeys are the part of keyTable that is about many clients. What api.authorizer adds is in
// TestGoldenEdits, too, and in the golden templates of many.
var manyKeys = []keyed{
	{
		key: "rotation.reservedConcurrency", old: "\napi:", new: "\nrotation: {reservedConcurrency: 7}\napi:",
		want: []string{
			"Api RotationRotateHandlerC187A964.ReservedConcurrentExecutions = 7",
		},
	},
	{key: "api.authorizer", old: "\n  routes:", new: "\n  authorizer: jwt\n  routes:"},
	{
		key: "api.authorizer", old: "\n  routes:", new: "\n  authorizer: {function: {ttl: 0}}\n  routes:",
		want: []string{
			`Api + AuthorizerAuthorizeHandlerF9B53696 (AWS::Lambda::Function)`,
			`Api + AuthorizerAuthorizeLogsB8F6243A (AWS::Logs::LogGroup)`,
			`Api + AuthorizerAuthorizeRole0D413784 (AWS::IAM::Role)`,
			`Api + AuthorizerAuthorizeRoleDefaultPolicy0EA0A576 (AWS::IAM::Policy)`,
			`Api + AuthorizerPermissionC1D281BB (AWS::Lambda::Permission)`,
			`Api + HttpApiFunction1B895A7E (AWS::ApiGatewayV2::Authorizer)`,
			`Api + MonitoringAuthorizerDuration99882778 (AWS::CloudWatch::Alarm)`,
			`Api + MonitoringAuthorizerErrors0A579C5F (AWS::CloudWatch::Alarm)`,
			`Api + MonitoringAuthorizerThrottles49C8FB9E (AWS::CloudWatch::Alarm)`,
			`Api + MonitoringQueriesOverdueRotationsB42B705C (AWS::Logs::QueryDefinition)`,
			`Api + MonitoringQueriesRefusedClients277B9553 (AWS::Logs::QueryDefinition)`,
			`Api + RotationSecretsPolicyF38E0EE2 (AWS::IAM::Policy)`,
			`Api - HttpApiJwt21C2E32E (AWS::ApiGatewayV2::Authorizer)`,
			`Api ClientsReaderRotationAA4E9A8A.DependsOn = ["RotationPermission963C9499","RotationRotateRoleDefaultPolicyDD215CBB","RotationSecretsPolicyF38E0EE2"]`,
			`Api ClientsWriterRotation76AB2D60.DependsOn = ["RotationPermission963C9499","RotationRotateRoleDefaultPolicyDD215CBB","RotationSecretsPolicyF38E0EE2"]`,
			`Api DefaultStageEE28A986.AccessLogSettings.Format = {"requestId":"$context.requestId","time":"$context.requestTime","sourceIp":"$context.identity.sourceIp","method":"$context.httpMethod","path":"$context.path","routeKey":"$context.routeKey","status":"$context.status","clientId":"$context.authorizer.client_id","scope":"$context.authorizer.scope","authorizerError":"$context.authorizer.error","integrationError":"$context.integrationErrorMessage","integrationLatency":"$context.integrationLatency","responseLatency":"$context.responseLatency","responseLength":"$context.responseLength"}`,
			`Api MonitoringQueriesCallsPerClient00818228.Name = m2m/dev/calls per client, top ten`,
			`Api MonitoringQueriesCallsPerClient00818228.QueryString = filter clientId != "-"
| stats count(*) as calls, pct(responseLatency, 99) as p99ms by clientId
| sort calls desc
| limit 10`,
			`Api Outputs.ExportsOutputFnGetAttRotationRotateHandlerC187A964Arn24EBC8BA = {"Export":{"Name":"m2m-dev-Api:ExportsOutputFnGetAttRotationRotateHandlerC187A964Arn24EBC8BA"},"Value":{"Fn::GetAtt":["RotationRotateHandlerC187A964","Arn"]}}`,
			`Api RotationRotateRoleDefaultPolicyDD215CBB.PolicyDocument.Statement = [{"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Effect":"Allow","Resource":{"Fn::GetAtt":["RotationRotateLogsCD7516E3","Arn"]}},{"Action":["cognito-idp:AddUserPoolClientSecret","cognito-idp:DeleteUserPoolClientSecret","cognito-idp:DescribeUserPool","cognito-idp:DescribeUserPoolClient","cognito-idp:ListUserPoolClientSecrets"],"Effect":"Allow","Resource":{"Fn::Join":["",["arn:aws:cognito-idp:eu-west-1:",{"Ref":"AWS::AccountId"},":userpool/",{"Fn::ImportValue":"m2m-dev-Identity:ExportsOutputRefUserPool6BA7E5F296FD7236"}]]}}]`,
			`Api RoutesGETaD0815CD4.AuthorizationScopes is gone`,
			`Api RoutesGETaD0815CD4.AuthorizationType = CUSTOM`,
			`Api RoutesGETaD0815CD4.AuthorizerId = ${HttpApiFunction1B895A7E}`,
			`Api RoutesGETaD0815CD4.DependsOn = ["AuthorizerAuthorizeRoleDefaultPolicy0EA0A576","AuthorizerPermissionC1D281BB"]`,
			`Api RoutesGETaD0815CD4.Metadata = {"m2m:scopes":["test-api/read"]}`,
			`Api RoutesPOSTb363E6C85.AuthorizationScopes is gone`,
			`Api RoutesPOSTb363E6C85.AuthorizationType = CUSTOM`,
			`Api RoutesPOSTb363E6C85.AuthorizerId = ${HttpApiFunction1B895A7E}`,
			`Api RoutesPOSTb363E6C85.DependsOn = ["AuthorizerAuthorizeRoleDefaultPolicy0EA0A576","AuthorizerPermissionC1D281BB"]`,
			`Api RoutesPOSTb363E6C85.Metadata = {"m2m:scopes":["test-api/write"]}`,
			`Api RoutesPUTbA9E3F3EB.AuthorizationScopes is gone`,
			`Api RoutesPUTbA9E3F3EB.AuthorizationType = CUSTOM`,
			`Api RoutesPUTbA9E3F3EB.AuthorizerId = ${HttpApiFunction1B895A7E}`,
			`Api RoutesPUTbA9E3F3EB.DependsOn = ["AuthorizerAuthorizeRoleDefaultPolicy0EA0A576","AuthorizerPermissionC1D281BB"]`,
			`Api RoutesPUTbA9E3F3EB.Metadata = {"m2m:scopes":["test-api/write"]}`,
		},
	},
}
