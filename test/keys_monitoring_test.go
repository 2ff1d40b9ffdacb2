package test

// monitoringKeys are the part of keyTable that is about watching.
var monitoringKeys = []keyed{
	{
		key: "alarms.recipients", old: "\napi:", new: "\nalarms: {recipients: [oncall@example.com]}\napi:",
		want: []string{
			"Api + MonitoringEventsFailedRotation84AD3364 (AWS::Events::Rule)",
			"Api + MonitoringEventsForeignSecret66FF4F58 (AWS::Events::Rule)",
			"Api + MonitoringEventsRole55C7A99A (AWS::IAM::Role)",
			"Api + MonitoringEventsRoleDefaultPolicyBF097EBE (AWS::IAM::Policy)",
			"Api + MonitoringTopic2EDA8B02 (AWS::SNS::Topic)",
			"Api + MonitoringTopicPolicy7D521A0C (AWS::SNS::TopicPolicy)",
			"Api + MonitoringTopiconcallexamplecomAF31C39B (AWS::SNS::Subscription)",
			`Api MonitoringClientErrors4F4779AB.AlarmActions = [{"Ref":"MonitoringTopic2EDA8B02"}]`,
			`Api MonitoringClientErrors4F4779AB.OKActions = [{"Ref":"MonitoringTopic2EDA8B02"}]`,
			`Api MonitoringFunctionsEchoConcurrency3F8ABF1F.AlarmActions = [{"Ref":"MonitoringTopic2EDA8B02"}]`,
			`Api MonitoringFunctionsEchoConcurrency3F8ABF1F.OKActions = [{"Ref":"MonitoringTopic2EDA8B02"}]`,
			`Api MonitoringFunctionsEchoErrors82D5440D.AlarmActions = [{"Ref":"MonitoringTopic2EDA8B02"}]`,
			`Api MonitoringFunctionsEchoErrors82D5440D.OKActions = [{"Ref":"MonitoringTopic2EDA8B02"}]`,
			`Api MonitoringFunctionsEchoThrottlesA43E199E.AlarmActions = [{"Ref":"MonitoringTopic2EDA8B02"}]`,
			`Api MonitoringFunctionsEchoThrottlesA43E199E.OKActions = [{"Ref":"MonitoringTopic2EDA8B02"}]`,
			`Api MonitoringLatencyC2535EBB.AlarmActions = [{"Ref":"MonitoringTopic2EDA8B02"}]`,
			`Api MonitoringLatencyC2535EBB.OKActions = [{"Ref":"MonitoringTopic2EDA8B02"}]`,
			`Api MonitoringRotationFailures12BE3916.AlarmActions = [{"Ref":"MonitoringTopic2EDA8B02"}]`,
			`Api MonitoringRotationFailures12BE3916.OKActions = [{"Ref":"MonitoringTopic2EDA8B02"}]`,
			`Api MonitoringServerErrors7F78D318.AlarmActions = [{"Ref":"MonitoringTopic2EDA8B02"}]`,
			`Api MonitoringServerErrors7F78D318.OKActions = [{"Ref":"MonitoringTopic2EDA8B02"}]`,
		},
	},
	{
		key: "alarms.minimumCalls", old: "\napi:", new: "\nalarms: {minimumCalls: 7}\napi:",
		want: []string{
			"Api MonitoringClientErrors4F4779AB.Metrics[0].Expression = IF(calls >= 7, 100 * errors / calls, 0)",
			"Api MonitoringLatencyC2535EBB.Metrics[0].Expression = IF(calls >= 7, latency, 0)",
			"Api MonitoringServerErrors7F78D318.Metrics[0].Expression = IF(calls >= 7, 100 * errors / calls, 0)",
		},
	},
	{
		key: "alarms.serverErrorPercent", old: "\napi:", new: "\nalarms: {serverErrorPercent: 0.5}\napi:",
		want: []string{
			"Api MonitoringServerErrors7F78D318.AlarmDescription = More than 0.5 % of the calls in 5 minutes ended with a 5xx status. Look whether an alarm on a function's errors or throttles is raised too. Runbook: docs/runbooks/alarms.md#server-errors",
			"Api MonitoringServerErrors7F78D318.Threshold = 0.5",
		},
	},
	{
		key: "alarms.clientErrorPercent", old: "\napi:", new: "\nalarms: {clientErrorPercent: 7}\napi:",
		want: []string{
			"Api MonitoringClientErrors4F4779AB.AlarmDescription = More than 7 % of the calls in 5 minutes ended with a 4xx status. Run the saved query m2m/dev/refused calls by reason. Runbook: docs/runbooks/alarms.md#client-errors",
			"Api MonitoringClientErrors4F4779AB.Threshold = 7",
		},
	},
	{
		key: "alarms.p99LatencyMs", old: "\napi:", new: "\nalarms: {p99LatencyMs: 7}\napi:",
		want: []string{
			"Api MonitoringLatencyC2535EBB.AlarmDescription = The slowest 1 % of the calls in 5 minutes took longer than 7 ms. Run the saved query m2m/dev/slowest routes. Runbook: docs/runbooks/alarms.md#latency",
			"Api MonitoringLatencyC2535EBB.Threshold = 7",
		},
	},
	{
		key: "alarms.functionErrors", old: "\napi:", new: "\nalarms: {functionErrors: 7}\napi:",
		want: []string{
			"Api MonitoringFunctionsEchoErrors82D5440D.AlarmDescription = The function echo failed 7 times or more in 5 minutes. Read its log group. Runbook: docs/runbooks/alarms.md#function-errors",
			"Api MonitoringFunctionsEchoErrors82D5440D.Threshold = 7",
		},
	},
	{
		key: "alarms.functionThrottles", old: "\napi:", new: "\nalarms: {functionThrottles: 7}\napi:",
		want: []string{
			"Api MonitoringFunctionsEchoThrottlesA43E199E.AlarmDescription = Lambda refused 7 invocations or more of the function echo in 5 minutes. Compare the account's concurrent executions with its quota. Runbook: docs/runbooks/alarms.md#function-throttles",
			"Api MonitoringFunctionsEchoThrottlesA43E199E.Threshold = 7",
		},
	},
	{
		key: "alarms.functionConcurrency", old: "\napi:", new: "\nalarms: {functionConcurrency: 7}\napi:",
		want: []string{
			"Api MonitoringFunctionsEchoConcurrency3F8ABF1F.AlarmDescription = The function echo ran 7 times or more at once. Look whether it takes longer than it did, or is called more often. Runbook: docs/runbooks/alarms.md#function-concurrency",
			"Api MonitoringFunctionsEchoConcurrency3F8ABF1F.Threshold = 7",
		},
	},
	{
		key: "alarms.silentMinutes", old: "\napi:", new: "\nalarms: {silentMinutes: 60}\napi:",
		want: []string{
			"Api + MonitoringSilence1C98DF88 (AWS::CloudWatch::Alarm)",
		},
	},
	{
		key: "dashboard", old: "\napi:", new: "\ndashboard: true\napi:",
		want: []string{
			"Api + MonitoringDashboard0C3675C6 (AWS::CloudWatch::Dashboard)",
		},
	},
	{
		key: "tracing", old: "\napi:", new: "\ntracing: true\napi:",
		want: []string{
			`Api FunctionsEchoHandler0BB05B78.TracingConfig.Mode = Active`,
			`Api FunctionsEchoRoleDefaultPolicyECF3755E.PolicyDocument.Statement = [{"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Effect":"Allow","Resource":{"Fn::GetAtt":["FunctionsEchoLogsA3AD9876","Arn"]}},{"Action":["xray:PutTelemetryRecords","xray:PutTraceSegments"],"Effect":"Allow","Resource":"*"}]`,
			`Api RotationRotateHandlerC187A964.TracingConfig.Mode = Active`,
			`Api RotationRotateRoleDefaultPolicyDD215CBB.PolicyDocument.Statement = [{"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Effect":"Allow","Resource":{"Fn::GetAtt":["RotationRotateLogsCD7516E3","Arn"]}},{"Action":["xray:PutTelemetryRecords","xray:PutTraceSegments"],"Effect":"Allow","Resource":"*"},{"Action":["secretsmanager:DescribeSecret","secretsmanager:GetSecretValue","secretsmanager:PutSecretValue","secretsmanager:UpdateSecretVersionStage"],"Effect":"Allow","Resource":[{"Ref":"ClientsReaderSecret9A3CE006"},{"Ref":"ClientsWriterSecretFFD2464F"}]},{"Action":["cognito-idp:AddUserPoolClientSecret","cognito-idp:DeleteUserPoolClientSecret","cognito-idp:DescribeUserPool","cognito-idp:DescribeUserPoolClient","cognito-idp:ListUserPoolClientSecrets"],"Effect":"Allow","Resource":{"Fn::Join":["",["arn:aws:cognito-idp:eu-west-1:",{"Ref":"AWS::AccountId"},":userpool/",{"Fn::ImportValue":"m2m-dev-Identity:ExportsOutputRefUserPool6BA7E5F296FD7236"}]]}}]`,
		},
	},
}
