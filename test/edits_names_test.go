package test

import (
	"slices"
	"strings"
	"testing"
)

// edits is the table, in the order of the page: names first, then settings.
func edits(t *testing.T) []edit {
	t.Helper()
	edited := func(old, replacement string) string { return with(t, variant, old, replacement) }
	return slices.Concat(editsOfNames(t, edited), editsOfGroups(t), editsOfSettings(t, edited))
}

// editsOfNames are edits of clients, scopes and routes.
func editsOfNames(t *testing.T, edited func(old, replacement string) string) []edit {
	t.Helper()
	return []edit{
		{
			name: "reorder clients, scopes, routes, methods or keys",
			to: `name: dev
api:
  routes:
    - {path: /b, methods: [PUT, POST], scopes: [test-api/write]}
    - {path: /a, methods: [GET], scopes: [test-api/read]}
clients:
  writer: {accessTokenValidity: 30m, scopes: [test-api/write]}
  reader: {scopes: [test-api/read]}
resourceServers:
  - identifier: test-api
    scopes: {write: Write test data, read: Read test data}
identity: {deletionProtection: false}
region: eu-west-1`,
			oneStep: true, notices: "no one",
		},
		{
			name:    "add a client",
			to:      edited("\napi:", "\n  partner: {scopes: [test-api/read]}\napi:"),
			oneStep: true, notices: "no one. The first rotation fills the new client's secret",
			want: []string{
				"added Api ClientsPartnerAppClientAC1E670F",
				"added Api ClientsPartnerRotation3C0DC491",
				"added Api ClientsPartnerSecret31C0067A",
				"changed Api HttpApiJwt21C2E32E",
				"changed Api RotationRotateRoleDefaultPolicyDD215CBB",
			},
		},
		{
			name:    "remove a client",
			to:      edited("\n  reader: {scopes: [test-api/read]}", ""),
			oneStep: true, notices: "that client: it gets no more tokens, and the API refuses those in use as soon as the authorizer is updated",
			want: []string{
				"changed Api HttpApiJwt21C2E32E",
				"changed Api RotationRotateRoleDefaultPolicyDD215CBB",
				"removed Api ClientsReaderAppClientBA99DBD4",
				"removed Api ClientsReaderRotationAA4E9A8A",
				"removed Api ClientsReaderSecret9A3CE006",
			},
		},
		{
			name: "rename a client",
			to:   edited("  reader:", "  report-job:"),
			way: "add a client with the new name, deploy, let the caller change to its id and secret, then remove the old client. In one step, the " +
				"old credentials stop working at once",
			notices: "that client: it needs the new id and the new secret",
			want: []string{
				"changed Api HttpApiJwt21C2E32E",
				"changed Api RotationRotateRoleDefaultPolicyDD215CBB",
				"replaced Api ClientsReportJobAppClientDD299E63 was ClientsReaderAppClientBA99DBD4",
				"replaced Api ClientsReportJobRotation5D52C5B4 was ClientsReaderRotationAA4E9A8A",
				"replaced Api ClientsReportJobSecret34E79959 was ClientsReaderSecret9A3CE006",
			},
		},
		{
			name:    "give a client a scope",
			to:      edited("reader: {scopes: [test-api/read]}", "reader: {scopes: [test-api/read, test-api/write]}"),
			oneStep: true, notices: "no one. New tokens have the scope, unless the client requests other scopes by name",
			want: []string{
				"changed Api ClientsReaderAppClientBA99DBD4",
			},
		},
		{
			name:    "take a scope from a client",
			to:      edited("writer: {scopes: [test-api/write]", "writer: {scopes: [test-api/read]"),
			oneStep: true, notices: "that client: new tokens lack the scope. Those in use keep it until they expire",
			want: []string{
				"changed Api ClientsWriterAppClient2B1D73DD",
			},
		},
		{
			name:    "add a scope to a resource server",
			to:      edited("{read: Read test data,", "{admin: Everything, read: Read test data,"),
			oneStep: true, notices: "no one",
			want: []string{
				"changed Identity ResourceServerstestapi730F0EAE",
			},
		},
		{
			name: "rename a scope, on clients and routes too",
			to:   strings.NewReplacer("{read: Read", "{get: Read", "test-api/read", "test-api/get").Replace(variant),
			way: "add the new scope beside the old one, to clients and routes too (a route accepts a token with either), deploy, wait until the " +
				"tokens in use have expired, then remove the old one. In one step, the API refuses tokens in use until they expire, because they " +
				"lack the new scope",
			notices: "every client that has the scope",
			want: []string{
				"changed Api ClientsReaderAppClientBA99DBD4",
				"changed Api RoutesGETaD0815CD4",
				"changed Identity ResourceServerstestapi730F0EAE",
			},
		},
		{
			name:    "change a scope's description",
			to:      edited("Read test data", "Read everything"),
			oneStep: true, notices: "no one",
			want: []string{
				"changed Identity ResourceServerstestapi730F0EAE",
			},
		},
		{
			name: "change a resource server's identifier",
			to:   strings.ReplaceAll(variant, "test-api", "orders"),
			way: "as for a scope: add a second resource server, give its scopes to clients and routes beside the old ones, deploy, wait until the " +
				"tokens in use have expired, then remove the first. In one step, all its scopes change their names at once",
			notices: "every client that has one of its scopes",
			want: []string{
				"added Identity ResourceServersorders1895372F",
				"changed Api ClientsReaderAppClientBA99DBD4",
				"changed Api ClientsWriterAppClient2B1D73DD",
				"changed Api RoutesGETaD0815CD4",
				"changed Api RoutesPOSTb363E6C85",
				"changed Api RoutesPUTbA9E3F3EB",
				"removed Identity ResourceServerstestapi730F0EAE",
			},
		},
		{
			name:    "add a route",
			to:      variant + "\n    - {path: /c, methods: [GET], scopes: [test-api/read]}",
			oneStep: true, notices: "no one",
			want: []string{
				"added Api RoutesGETc5540CEA2",
			},
		},
		{
			name:    "remove a route or a method",
			to:      edited("[POST, PUT]", "[POST]"),
			oneStep: true, notices: "its callers: they get 404",
			want: []string{
				"removed Api RoutesPUTbA9E3F3EB",
			},
		},
		{
			name: "change a route's path",
			to:   edited("path: /a", "path: /z"),
			way:  "add a route with the new path, deploy, let callers change, then remove the old one", notices: "its callers: they get 404",
			want: []string{
				"added Api RoutesGETz4D89D4D6",
				"removed Api RoutesGETaD0815CD4",
			},
		},
		{
			name:    "change a route's scopes",
			to:      edited("methods: [GET], scopes: [test-api/read]", "methods: [GET], scopes: [test-api/write]"),
			oneStep: true, notices: "callers whose token has none of the new scopes: they get 403",
			want: []string{
				"changed Api RoutesGETaD0815CD4",
			},
		},
		{
			name:    "put another function behind a route",
			to:      edited("methods: [GET], scopes: [test-api/read]", "methods: [GET], scopes: [test-api/read], function: orders"),
			oneStep: true, notices: "no one, if the new function answers alike. A function that no route names any more is removed",
			want: []string{
				"added Api FunctionsOrdersHandlerA046633D",
				"added Api FunctionsOrdersHandlerHttpApiC069FC9E",
				"added Api FunctionsOrdersLogsD84EC43E",
				"added Api FunctionsOrdersRole38E8C439",
				"added Api FunctionsOrdersRoleDefaultPolicy740427E6",
				"added Api IntegrationsOrders2380C90F",
				"added Api MonitoringFunctionsOrdersConcurrencyC00E351D",
				"added Api MonitoringFunctionsOrdersErrors985087CF",
				"added Api MonitoringFunctionsOrdersThrottlesE29BB77A",
				"changed Api RoutesGETaD0815CD4",
			},
		},
	}
}
