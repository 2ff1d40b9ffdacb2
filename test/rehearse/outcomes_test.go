package rehearse

// outcome is what callers notice of an edit. The lines are those of answers and noticed.
type outcome struct {
	noticed []string
	// meanwhile are answers that may come while the deployment is under way, and at no other time.
	meanwhile []string
	// unseen is what the page speaks of and a run can't show from outside.
	unseen string
	// later is what the page says of a second step, which this deployment does not take.
	later bool
}

// outcomes are those of the edits of docs/changing-a-deployment.md, by name. An edit that is not
// here is noticed by no one.
var outcomes = map[string]outcome{
	"add a client": {
		noticed: []string{
			"partner is new and gets test-api/read",
		},
	},
	"remove a client": {
		noticed: []string{
			"reader: GET /a 200 → 401 with token in use",
			"reader: GET /a 200 → no token with new token",
			"reader: its secret is gone",
			"reader: test-api/read → 400 invalid_client",
		},
		meanwhile: []string{"401"},
	},
	"rename a client": {
		noticed: []string{
			"reader: GET /a 200 → 401 with token in use",
			"reader: GET /a 200 → no token with new token",
			"reader: its secret is gone",
			"reader: test-api/read → 400 invalid_client",
			"report-job is new and gets test-api/read",
		},
		meanwhile: []string{"401"},
	},
	"give a client a scope": {
		noticed: []string{
			"reader: POST /b 403 → 200 with new token",
			"reader: PUT /b 403 → 200 with new token",
			"reader: test-api/read → test-api/read test-api/write",
		},
	},
	"take a scope from a client": {
		noticed: []string{
			"writer: GET /a 403 → 200 with new token",
			"writer: POST /b 200 → 403 with new token",
			"writer: PUT /b 200 → 403 with new token",
			"writer: test-api/write → test-api/read",
		},
	},
	"rename a scope, on clients and routes too": {
		noticed: []string{
			"reader: GET /a 200 → 403 with package client, token in use",
			"reader: test-api/read → test-api/get",
		},
		meanwhile: []string{"403", "no scope"},
	},
	"change a resource server's identifier": {
		noticed: []string{
			"reader: GET /a 200 → 403 with package client, token in use",
			"reader: test-api/read → orders/read",
			"writer: POST /b 200 → 403 with package client, token in use",
			"writer: PUT /b 200 → 403 with package client, token in use",
			"writer: test-api/write → orders/write",
		},
		meanwhile: []string{"403", "no scope"},
	},
	"remove a route or a method": {
		noticed: []string{
			"writer: PUT /b 200 → 404 with new token, package client, token in use",
		},
	},
	"change a route's path": {
		noticed: []string{
			"reader: GET /a 200 → 404 with new token, package client, token in use",
		},
	},
	"change a route's scopes": {
		noticed: []string{
			"reader: GET /a 200 → 403 with new token, package client, token in use",
			"writer: GET /a 403 → 200 with new token, token in use",
		},
	},
	"change or set `identity.domain.prefix`": {
		noticed: []string{
			"fails: Identity: UPDATE_ROLLBACK_COMPLETE, UserPoolDomainD0EA232A: User pool already has a domain configured.",
		},
	},
	"add `identity.domain.customDomain`": {
		noticed: []string{
			"another TokenEndpoint",
		},
	},
	"change `identity.domain.customDomain.name`": {
		noticed: []string{
			"fails: Identity: UPDATE_ROLLBACK_COMPLETE, UserPoolCustomDomainC8F5B565: User pool already has a domain configured.",
		},
	},
	"add `api.customDomain`": {
		noticed: []string{
			"another ApiUrl",
		},
		unseen: "domains",
	},
	"add `api.customDomain` with `keepDefaultEndpoint: true`": {
		noticed: []string{
			"another ApiUrl",
		},
	},
	"take `api.customDomain` away": {
		noticed: []string{
			"another ApiUrl",
		},
		unseen: "domains",
	},
	"change `api.customDomain.name`": {
		noticed: []string{
			"another ApiUrl",
		},
		unseen: "domains",
	},
	"add `mutualTls` to `api.customDomain`": {
		unseen: "certificates",
	},
	"take `mutualTls` away from `api.customDomain`": {
		unseen: "certificates",
	},
	"change `identity.issuerType`": {
		noticed: []string{
			"another Issuer",
			"reader: GET /a 200 → 401 with token in use",
			"writer: POST /b 200 → 401 with token in use",
			"writer: PUT /b 200 → 401 with token in use",
		},
		meanwhile: []string{"401"},
	},
	"switch `secrets.customerKey` off": {
		unseen: "keys",
	},
	"switch `logs.customerKey` off": {
		unseen: "logs",
	},
	"change `rotation.everyDays`": {
		noticed: []string{
			"writer: another secret",
		},
	},
	"change a throttle, or give a route one of its own": {
		unseen: "load",
	},
	"remove or rename a route with a throttle of its own, `default` among them": {
		noticed: []string{
			"writer: PUT /b 200 → 404 with new token, package client, token in use",
		},
	},
	"change `cors`": {
		noticed: []string{
			"browsers: GET /a 404 → 204 for https://app.example.com",
			"browsers: POST /b 404 → 204 for https://app.example.com",
			"browsers: PUT /b 404 → 204 for https://app.example.com",
		},
	},
	"take `cors` away": {
		later: true,
	},
	"add the first e-mail address to `alarms.recipients`": {
		unseen: "mail",
	},
	"write `authorizer: function`": {
		unseen: "refused calls, which are 403 instead of 401, and what functions read",
	},
	"take `authorizer: function` away, without groups and with at most 50 clients": {
		unseen: "refused calls, which are 401 again",
	},
	"change a route's scopes, with `authorizer: function`": {
		noticed: []string{
			"reader: GET /a 200 → 403 with new token, package client, token in use",
			"writer: GET /a 403 → 200 with new token, token in use",
		},
	},
	"add a group": {
		noticed: []string{
			"nightly is new and gets test-api/write",
		},
	},
	"add a client to a group": {
		noticed: []string{
			"daily is new and gets test-api/read",
		},
	},
	"remove a client from a group": {
		noticed: []string{
			"daily: GET /a 200 → no token with new token",
			"daily: its secret is gone",
			"daily: test-api/read → 400 invalid_client",
		},
	},
	"move a client into a group": {
		noticed: []string{
			"another ClientIdReader",
			"nightly is new and gets test-api/write",
			"reader: GET /a 200 → no token with new token",
			"reader: another id",
			"reader: test-api/read → 400 invalid_client",
		},
	},
	"move a client from a group, to another or out of groups": {
		noticed: []string{
			"fails: Api: UPDATE_ROLLBACK_COMPLETE, ClientsNightlySecretAF5EC8E1: Name: the secret \"m2m/dev/nightly\" already exists, as ClientsNightlySecretAF5EC8E1",
		},
		later: true,
	},
	"switch `secrets.customerKey` off, with groups": {
		noticed: []string{
			"fails: Api: UPDATE_ROLLBACK_COMPLETE, Export m2m-dev-Api:ExportsOutputFnGetAttSecretsKey317DCF94Arn94500D76 cannot be deleted " +
				"as it is in use by m2m-dev-Clients-jobs. ",
		},
		later: true,
	},
}
