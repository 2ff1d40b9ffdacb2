package test

import "testing"

// jobs is a group of one client, and daily another client at its end.
const (
	jobs  = groupMark + "jobs\nclients:\n  nightly: {scopes: [test-api/write]}"
	daily = "\n  daily: {scopes: [test-api/read]}"
)

// manyClients is the variant with what groups need.
func manyClients(t *testing.T) string {
	t.Helper()
	return with(t, variant, "\n  routes:", "\n  authorizer: function\n  routes:")
}

// editsOfGroups are edits of the authorizer, and of clients in groups.
func editsOfGroups(t *testing.T) []edit {
	t.Helper()
	many := manyClients(t)
	return []edit{
		{
			name: "write `authorizer: function`", to: many, oneStep: true,
			notices: "callers with a token that the API refuses: they get 403, where API Gateway itself says 401, and no `www-authenticate`. Functions " +
				"behind the API find client and scopes in `requestContext.authorizer.lambda`; package `caller` reads both. Ids and secrets stay",
			want: []string{
				"added Api AuthorizerAuthorizeHandlerF9B53696",
				"added Api AuthorizerAuthorizeLogsB8F6243A",
				"added Api AuthorizerAuthorizeRole0D413784",
				"added Api AuthorizerAuthorizeRoleDefaultPolicy0EA0A576",
				"added Api AuthorizerPermissionC1D281BB",
				"added Api HttpApiFunction1B895A7E",
				"added Api MonitoringAuthorizerDuration99882778",
				"added Api MonitoringAuthorizerErrors0A579C5F",
				"added Api MonitoringAuthorizerThrottles49C8FB9E",
				"added Api MonitoringQueriesOverdueRotationsB42B705C",
				"added Api MonitoringQueriesRefusedClients277B9553",
				"added Api RotationSecretsPolicyF38E0EE2",
				"changed Api ClientsReaderRotationAA4E9A8A",
				"changed Api ClientsWriterRotation76AB2D60",
				"changed Api DefaultStageEE28A986",
				"changed Api MonitoringQueriesCallsPerClient00818228",
				"changed Api RotationRotateRoleDefaultPolicyDD215CBB",
				"changed Api RoutesGETaD0815CD4",
				"changed Api RoutesPOSTb363E6C85",
				"changed Api RoutesPUTbA9E3F3EB",
				"removed Api HttpApiJwt21C2E32E",
			},
		},
		{
			name: "take `authorizer: function` away, without groups and with at most 50 clients", from: many, to: variant, oneStep: true,
			notices: "callers with a token that the API refuses: 401 again. Clients that were refused with `m2m clients --refuse` may call again: take their " +
				"tokens first",
			want: []string{
				"added Api HttpApiJwt21C2E32E",
				"changed Api ClientsReaderRotationAA4E9A8A",
				"changed Api ClientsWriterRotation76AB2D60",
				"changed Api DefaultStageEE28A986",
				"changed Api MonitoringQueriesCallsPerClient00818228",
				"changed Api RotationRotateRoleDefaultPolicyDD215CBB",
				"changed Api RoutesGETaD0815CD4",
				"changed Api RoutesPOSTb363E6C85",
				"changed Api RoutesPUTbA9E3F3EB",
				"removed Api AuthorizerAuthorizeHandlerF9B53696",
				"removed Api AuthorizerAuthorizeLogsB8F6243A",
				"removed Api AuthorizerAuthorizeRole0D413784",
				"removed Api AuthorizerAuthorizeRoleDefaultPolicy0EA0A576",
				"removed Api AuthorizerPermissionC1D281BB",
				"removed Api HttpApiFunction1B895A7E",
				"removed Api MonitoringAuthorizerDuration99882778",
				"removed Api MonitoringAuthorizerErrors0A579C5F",
				"removed Api MonitoringAuthorizerThrottles49C8FB9E",
				"removed Api MonitoringQueriesOverdueRotationsB42B705C",
				"removed Api MonitoringQueriesRefusedClients277B9553",
				"removed Api RotationSecretsPolicyF38E0EE2",
			},
		},
		{
			name: "change the `ttl` of `authorizer`", from: many, oneStep: true,
			to:      with(t, many, "authorizer: function", "authorizer: {function: {ttl: 0}}"),
			notices: "no one. With 0 each call costs an invocation, and takes as long",
			want: []string{
				"changed Api HttpApiFunction1B895A7E",
			},
		},
		{
			name: "change a route's scopes, with `authorizer: function`", from: many, oneStep: true,
			to:      with(t, many, "methods: [GET], scopes: [test-api/read]", "methods: [GET], scopes: [test-api/write]"),
			notices: "callers whose token has none of the new scopes: they get 403, up to `ttl` later",
			want: []string{
				"changed Api RoutesGETaD0815CD4",
			},
		},
		{
			name: "add a group", from: many, to: many + jobs, oneStep: true,
			notices: "no one. The group's stack is made after the others",
			want: []string{
				"added Clients-jobs ClientsNightlyAppClient208FA74D",
				"added Clients-jobs ClientsNightlyRotation133352D1",
				"added Clients-jobs ClientsNightlySecretAF5EC8E1",
			},
		},
		{
			name: "add a client to a group", from: many + jobs, to: many + jobs + daily, oneStep: true, notices: "no one",
			want: []string{
				"added Clients-jobs ClientsDailyAppClientAC5FBF6D",
				"added Clients-jobs ClientsDailyRotation36BBE342",
				"added Clients-jobs ClientsDailySecret53CA7542",
			},
		},
		{
			name: "remove a client from a group", from: many + jobs + daily, to: many + jobs, oneStep: true,
			notices: "that client: it gets no more tokens. Those in use open the API until they expire, unless you run `m2m clients --refuse` first",
			want: []string{
				"removed Clients-jobs ClientsDailyAppClientAC5FBF6D",
				"removed Clients-jobs ClientsDailyRotation36BBE342",
				"removed Clients-jobs ClientsDailySecret53CA7542",
			},
		},
		{
			name: "move a client into a group", from: many,
			to: with(t, many, "\n  reader: {scopes: [test-api/read]}", "") + jobs + "\n  reader: {scopes: [test-api/read]}",
			way: "add a client with another name to the group, deploy, let the caller change to its id and secret, then remove the old client. In one " +
				"step, the old credentials stop working at once",
			notices: "that client: it needs the new id and the new secret",
			want: []string{
				"added Clients-jobs ClientsNightlyAppClient208FA74D",
				"added Clients-jobs ClientsNightlyRotation133352D1",
				"added Clients-jobs ClientsNightlySecretAF5EC8E1",
				"added Clients-jobs ClientsReaderAppClientBA99DBD4",
				"added Clients-jobs ClientsReaderRotationAA4E9A8A",
				"added Clients-jobs ClientsReaderSecret9A3CE006",
				"removed Api ClientsReaderAppClientBA99DBD4",
				"removed Api ClientsReaderRotationAA4E9A8A",
				"removed Api ClientsReaderSecret9A3CE006",
			},
		},
		{
			name: "move a client from a group, to another or out of groups", from: many + jobs,
			to: with(t, many, "clients:\n", "clients:\n  nightly: {scopes: [test-api/write]}\n") + groupMark + "jobs\nclients:" + daily,
			way: "as above. In one step it fails, because the old secret still has its name when the new one is made: the deployment is rolled back, and " +
				"the old client stays",
			notices: "that client: it needs the new id and the new secret",
			want: []string{
				"added Api ClientsNightlyAppClient208FA74D",
				"added Api ClientsNightlyRotation133352D1",
				"added Api ClientsNightlySecretAF5EC8E1",
				"added Clients-jobs ClientsDailyAppClientAC5FBF6D",
				"added Clients-jobs ClientsDailyRotation36BBE342",
				"added Clients-jobs ClientsDailySecret53CA7542",
				"removed Clients-jobs ClientsNightlyAppClient208FA74D",
				"removed Clients-jobs ClientsNightlyRotation133352D1",
				"removed Clients-jobs ClientsNightlySecretAF5EC8E1",
			},
		},
		{
			name: "delete a group's file", from: many + jobs, to: many, apart: true,
			way: "run `npx cdk destroy ENV/Clients-GROUP` first, then delete the file and deploy. Without the file CDK does not know the stack any more, " +
				"and leaves it as it is: its clients still work. Then `aws cloudformation delete-stack --stack-name m2m-ENV-Clients-GROUP` removes it",
			notices: "its clients: once the stack is gone, they get no more tokens",
			want: []string{
				"removed Clients-jobs ClientsNightlyAppClient208FA74D",
				"removed Clients-jobs ClientsNightlyRotation133352D1",
				"removed Clients-jobs ClientsNightlySecretAF5EC8E1",
			},
		},
		{
			name: "switch `secrets.customerKey` off, with groups", from: many + "\nsecrets: {customerKey: true}" + jobs, to: many + jobs,
			way: "deploy the groups first: `npx cdk deploy --exclusively 'ENV/Clients-*'`, then the rest, and go on as without groups. In one step " +
				"CloudFormation refuses to take the key's export away, because the groups use it",
			notices: "as without groups",
			want: []string{
				"changed Api ClientsReaderSecret9A3CE006",
				"changed Api ClientsWriterSecretFFD2464F",
				"changed Api RotationRotateRoleDefaultPolicyDD215CBB",
				"changed Clients-jobs ClientsNightlySecretAF5EC8E1",
				"removed Api SecretsKey317DCF94",
			},
		},
		{
			name: "set `rotation.reservedConcurrency`", to: with(t, variant, "\napi:", "\nrotation: {reservedConcurrency: 20}\napi:"), oneStep: true,
			notices: "no one. Lambda refuses it where the account has too few left",
			want: []string{
				"changed Api RotationRotateHandlerC187A964",
			},
		},
		{
			name: "take `rotation.reservedConcurrency` away", from: with(t, variant, "\napi:", "\nrotation: {reservedConcurrency: 20}\napi:"), to: variant,
			way: "deploy, then run `aws lambda delete-function-concurrency --function-name NAME`, with the name of the function `rotate`. It is not known " +
				"whether Lambda keeps a reservation that the template only leaves out",
			notices: "no one",
			want: []string{
				"changed Api RotationRotateHandlerC187A964",
			},
		},
	}
}
