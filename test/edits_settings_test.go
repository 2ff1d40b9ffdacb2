package test

import "testing"

// editsOfSettings are edits of everything that has no name of the user's own.
func editsOfSettings(t *testing.T, edited func(old, replacement string) string) []edit {
	t.Helper()
	identity := func(keys string) string { return edited("identity: {deletion", "identity: {"+keys+", deletion") }
	apiKeys := func(keys string) string { return edited("\n  routes:", "\n  "+keys+"\n  routes:") }
	return []edit{
		{
			name: "change or set `identity.domain.prefix`",
			to:   identity("domain: {prefix: acme-m2m}"),
			way: "a pool can have one Cognito domain, and CloudFormation makes the new one first. That fails: \"User pool already has a domain " +
				"configured\". Delete the old one by hand (`aws cognito-idp delete-user-pool-domain`) and deploy at once. No client gets a token " +
				"in between. To avoid that, add `customDomain` first and let clients change to it",
			notices: "every client: the token endpoint is another one",
			want: []string{
				"replaced Identity UserPoolDomainD0EA232A",
			},
		},
		{
			name:    "add `identity.domain.customDomain`",
			to:      identity("domain: {" + tokenDomain + "}"),
			oneStep: true,
			notices: "no one: the Cognito domain stays. The output `TokenEndpoint` names the new domain, which works some minutes later. Before you " +
				"deploy, the domain above it needs an A record",
			want: []string{
				"added Identity CustomDomainRecord1588ACED",
				"added Identity UserPoolCustomDomainC8F5B565",
			},
		},
		{
			name: "change `identity.domain.customDomain.name`",
			from: identity("domain: {" + tokenDomain + "}"),
			to:   with(t, identity("domain: {"+tokenDomain+"}"), "name: auth.", "name: tokens."),
			way: "a pool can have one custom domain, too. Remove `customDomain`, deploy, write the new one, deploy. In between, clients use the " +
				"Cognito domain",
			notices: "every client that uses the old domain",
			want: []string{
				"replaced Identity CustomDomainRecord1588ACED",
				"replaced Identity UserPoolCustomDomainC8F5B565",
			},
		},
		{
			name: "renew a certificate under another ARN",
			from: identity("domain: {" + tokenDomain + "}"),
			to:   with(t, identity("domain: {"+tokenDomain+"}"), "certificate/1", "certificate/2"), oneStep: true,
			notices: "no one. The new certificate needs up to an hour to be everywhere",
			want: []string{
				"changed Identity UserPoolCustomDomainC8F5B565",
			},
		},
		{
			name: "add `api.customDomain`",
			to:   apiKeys(apiDomain + "}"),
			way: "write `keepDefaultEndpoint: true` with it, deploy, let callers change to the new address, then remove that key. In one step, the " +
				"old address stops answering",
			notices: "every caller of the default address",
			want: []string{
				"added Api CustomDomainDomainNameC0B410E5",
				"added Api CustomDomainMappingC40EAE06",
				"added Api CustomDomainRecord1588ACED",
				"changed Api HttpApiF5A9A8A7",
			},
		},
		{
			name:    "add `api.customDomain` with `keepDefaultEndpoint: true`",
			to:      apiKeys(apiDomain + ", keepDefaultEndpoint: true}"),
			oneStep: true, notices: "no one",
			want: []string{
				"added Api CustomDomainDomainNameC0B410E5",
				"added Api CustomDomainMappingC40EAE06",
				"added Api CustomDomainRecord1588ACED",
			},
		},
		{
			name: "take `api.customDomain` away",
			from: apiKeys(apiDomain + "}"),
			to:   variant,
			way: "set `keepDefaultEndpoint: true`, deploy, let callers change to the default address, then remove `customDomain`. In one step, the " +
				"custom name stops answering",
			notices: "every caller: the custom name stops answering, and the default address answers again",
			want: []string{
				"changed Api HttpApiF5A9A8A7",
				"removed Api CustomDomainDomainNameC0B410E5",
				"removed Api CustomDomainMappingC40EAE06",
				"removed Api CustomDomainRecord1588ACED",
			},
		},
		{
			name: "change `api.customDomain.name`",
			from: apiKeys(apiDomain + "}"),
			to:   with(t, apiKeys(apiDomain+"}"), "name: api.", "name: orders."),
			way: "an environment can have one custom domain. Set `keepDefaultEndpoint: true`, deploy, let callers change to the default address, " +
				"then change the name, deploy, and let callers change again",
			notices: "every caller: the old name stops answering",
			want: []string{
				"replaced Api CustomDomainDomainNameC0B410E5",
				"replaced Api CustomDomainMappingC40EAE06",
				"replaced Api CustomDomainRecord1588ACED",
			},
		},
		{
			name: "add `mutualTls` to `api.customDomain`",
			from: apiKeys(apiDomain + "}"),
			to:   apiKeys(apiDomain + ", mutualTls: {truststoreUri: \"s3://acme-truststore/callers.pem\"}}"), oneStep: true,
			notices: "every caller without a certificate: it can't connect",
			want: []string{
				"changed Api CustomDomainDomainNameC0B410E5",
			},
		},
		{
			name: "take `mutualTls` away from `api.customDomain`",
			from: apiKeys(apiDomain + ", mutualTls: {truststoreUri: \"s3://acme-truststore/callers.pem\"}}"),
			to:   apiKeys(apiDomain + "}"),
			way: "deploy, then call without a certificate. It is not known whether API Gateway still asks for one when the template only leaves the " +
				"setting out. If it does, run `aws apigatewayv2 update-domain-name --domain-name NAME --mutual-tls-authentication TruststoreUri=''`",
			notices: "callers without a certificate: they may call",
			want: []string{
				"changed Api CustomDomainDomainNameC0B410E5",
			},
		},
		{
			name: "change `identity.issuerType`",
			to:   identity("issuerType: UPDATED"),
			way: "there is no way without an interruption, because the authorizer trusts one issuer. Until both stacks are deployed, the API " +
				"refuses new tokens, and perhaps every token. After that it refuses the tokens that were in use, until clients fetch new ones. Do " +
				"it before there are callers",
			notices: "every client: the API refuses the tokens in use",
			want: []string{
				"changed Api HttpApiJwt21C2E32E",
				"changed Identity UserPool6BA7E5F2",
			},
		},
		{
			name: "change `identity.featurePlan`", to: identity("featurePlan: LITE"), oneStep: true,
			notices: "no one. The plan changes the price of users, and there are none. If you leave the key out again, the plan stays",
			want: []string{
				"changed Identity UserPool6BA7E5F2",
			},
		},
		{
			name: "switch `identity.deletionProtection` on",
			to:   edited("deletionProtection: false", "deletionProtection: true"), oneStep: true, notices: "no one",
			want: []string{
				"changed Api AccessLogs8B620ECA",
				"changed Api FunctionsEchoLogsA3AD9876",
				"changed Api RotationRotateLogsCD7516E3",
				"changed Identity UserPool6BA7E5F2",
			},
		},
		{
			name: "switch `secrets.customerKey` on",
			to:   variant + "\nsecrets: {customerKey: true}", oneStep: true,
			notices: "no one. If a secret is {} afterwards, `m2m rotate` fills it",
			want: []string{
				"added Api SecretsKey317DCF94",
				"changed Api ClientsReaderSecret9A3CE006",
				"changed Api ClientsWriterSecretFFD2464F",
				"changed Api RotationRotateRoleDefaultPolicyDD215CBB",
			},
		},
		{
			name: "switch `secrets.customerKey` off",
			from: variant + "\nsecrets: {customerKey: true}", to: variant,
			way: "deploy, then run `aws secretsmanager describe-secret --secret-id m2m/ENV/CLIENT` for each client. It is not known whether the " +
				"secret keeps a key that the template only leaves out. Where it still names the key, run `aws secretsmanager update-secret " +
				"--secret-id m2m/ENV/CLIENT --kms-key-id alias/aws/secretsmanager`. Do it within 7 days: then KMS deletes the key (a protected " +
				"environment keeps it), and no one can read the secret any more",
			notices: "no one, after the second step. Readers in other accounts are refused",
			want: []string{
				"changed Api ClientsReaderSecret9A3CE006",
				"changed Api ClientsWriterSecretFFD2464F",
				"changed Api RotationRotateRoleDefaultPolicyDD215CBB",
				"removed Api SecretsKey317DCF94",
			},
		},
		{
			name: "switch `logs.customerKey` off",
			from: variant + "\nlogs: {customerKey: true}", to: variant, oneStep: true,
			notices: "readers of old logs: KMS deletes the key after 7 days (a protected environment keeps it), and then no one can read what was " +
				"logged under it",
			want: []string{
				"changed Api AccessLogs8B620ECA",
				"changed Api FunctionsEchoLogsA3AD9876",
				"changed Api RotationRotateLogsCD7516E3",
				"removed Api LogsKeyA6AB43B2",
			},
		},
		{
			name: "change `logs.retentionDays`", to: variant + "\nlogs: {retentionDays: 7}", oneStep: true, notices: "no one. A shorter time deletes older events",
			want: []string{
				"changed Api AccessLogs8B620ECA",
				"changed Api FunctionsEchoLogsA3AD9876",
				"changed Api RotationRotateLogsCD7516E3",
			},
		},
		{
			name: "change `accessTokenValidity`", to: edited("accessTokenValidity: 30m", "accessTokenValidity: 1h"), oneStep: true,
			notices: "no one. Tokens in use keep their lifetime",
			want: []string{
				"changed Api ClientsWriterAppClient2B1D73DD",
			},
		},
		{
			name: "change `rotation.everyDays`", to: edited("accessTokenValidity: 30m", "rotation: {everyDays: 7}, accessTokenValidity: 30m"), oneStep: true,
			notices: "that client: its secret is rotated at once, and the old one works until the next rotation. If the last rotation was within a day, " +
				"and was not the client's first, this one fails instead and raises the alarm. You need do nothing",
			want: []string{
				"changed Api ClientsWriterRotation76AB2D60",
			},
		},
		{
			name: "change a throttle, or give a route one of its own",
			to:   edited("methods: [GET],", "methods: [GET], throttle: {rate: 5},"), oneStep: true, notices: "callers that call faster",
			want: []string{
				"changed Api DefaultStageEE28A986",
			},
		},
		{
			name: "take a route's own throttle away: `throttle: default`",
			from: edited("methods: [GET],", "methods: [GET], throttle: {rate: 5},"),
			to:   edited("methods: [GET],", "methods: [GET], throttle: default,"), oneStep: true,
			notices: "no one. Just leaving the key out takes nothing away, because API Gateway keeps the limits of a route that an update does not name",
			want: []string{
				"changed Api DefaultStageEE28A986",
			},
		},
		{
			name: "remove or rename a route with a throttle of its own, `default` among them",
			from: edited("methods: [POST, PUT],", "methods: [POST, PUT], throttle: {rate: 5},"),
			to:   edited("methods: [POST, PUT],", "methods: [POST], throttle: {rate: 5},"),
			way: "deploy, then run `aws apigatewayv2 delete-route-settings --api-id ID --stage-name '$default' --route-key 'PUT /b'`, with the " +
				"output `ApiId` as ID. API Gateway keeps the limits of a route that is gone. Then it refuses the next change of the stage and its " +
				"rollback: \"Unable to find Route by key\". `m2m verify --deployed` names such keys",
			notices: "its callers: they get 404",
			want: []string{
				"changed Api DefaultStageEE28A986",
				"removed Api RoutesPUTbA9E3F3EB",
			},
		},
		{
			name: "change `cors`", to: apiKeys("cors: {allowOrigins: [\"https://app.example.com\"]}"), oneStep: true, notices: "callers in a browser",
			want: []string{
				"changed Api HttpApiF5A9A8A7",
			},
		},
		{
			name: "take `cors` away",
			from: apiKeys("cors: {allowOrigins: [\"https://app.example.com\"]}"), to: variant,
			way: "deploy, then run `aws apigatewayv2 delete-cors-configuration --api-id ID`, with the output `ApiId` as ID. No value means " +
				"\"none\", and API Gateway keeps what the template leaves out",
			notices: "callers in a browser, after the second step",
			want: []string{
				"changed Api HttpApiF5A9A8A7",
			},
		},
		{
			name: "change a function's settings", to: variant + "\nfunctions: {echo: {memoryMB: 256}}", oneStep: true, notices: "no one",
			want: []string{
				"changed Api FunctionsEchoHandler0BB05B78",
			},
		},
		{
			name: "change a threshold in `alarms`", to: variant + "\nalarms: {p99LatencyMs: 500}", oneStep: true, notices: "no one",
			want: []string{
				"changed Api MonitoringLatencyC2535EBB",
			},
		},
		{
			name: "add the first e-mail address to `alarms.recipients`", to: variant + "\nalarms: {recipients: [oncall@example.com]}", oneStep: true,
			notices: "the owner of the address: a mail asks to confirm it. Until then it gets no mail about alarms",
			want: []string{
				"added Api MonitoringEventsFailedRotation84AD3364",
				"added Api MonitoringEventsForeignSecret66FF4F58",
				"added Api MonitoringEventsRole55C7A99A",
				"added Api MonitoringEventsRoleDefaultPolicyBF097EBE",
				"added Api MonitoringTopic2EDA8B02",
				"added Api MonitoringTopicPolicy7D521A0C",
				"added Api MonitoringTopiconcallexamplecomAF31C39B",
				"changed Api MonitoringClientErrors4F4779AB",
				"changed Api MonitoringFunctionsEchoConcurrency3F8ABF1F",
				"changed Api MonitoringFunctionsEchoErrors82D5440D",
				"changed Api MonitoringFunctionsEchoThrottlesA43E199E",
				"changed Api MonitoringLatencyC2535EBB",
				"changed Api MonitoringRotationFailures12BE3916",
				"changed Api MonitoringServerErrors7F78D318",
			},
		},
		{
			name: "set `tracing` and `dashboard`", to: variant + "\ntracing: true\ndashboard: true", oneStep: true, notices: "no one",
			want: []string{
				"added Api MonitoringDashboard0C3675C6",
				"changed Api FunctionsEchoHandler0BB05B78",
				"changed Api FunctionsEchoRoleDefaultPolicyECF3755E",
				"changed Api RotationRotateHandlerC187A964",
				"changed Api RotationRotateRoleDefaultPolicyDD215CBB",
			},
		},
		{
			name: "write a route's `description`", to: edited("methods: [GET],", "methods: [GET], description: Lists the orders,"), oneStep: true, notices: "no one",
			want: []string{"changed Api RoutesGETaD0815CD4"},
		},
		{name: "change a route's `verify`", to: edited("methods: [GET],", "methods: [GET], verify: true,"), oneStep: true, notices: "no one"},
		{name: "change `tags`", to: edited("region: eu-west-1", "region: eu-west-1\ntags: {Team: orders}"), oneStep: true, notices: "no one. Tags are on the stacks, not in the templates, so `cdk diff` does not show them"},
	}
}
