package diff_test

// addressCases are the changes after which a caller has to use another URL.
var addressCases = []ruleCase{
	{
		"the stage gets a name",
		[]edit{api("Stage.StageName", `"v1"`)},
		[]string{"stage-address replaces stage $default -> v1: every URL of the API changes: / -> /v1/"},
	},
	{
		"the stage moves under another logical id, and its address stays",
		[]edit{api("Live", `{"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"ApiId": {"Ref": "HttpApi"}, "StageName": "v1"}}`), api("Stage", "")},
		[]string{"stage-removed removes stage $default: removed: its URLs answer 404"},
	},
	{
		"the API moves at its custom domain",
		[]edit{api("Mapping.ApiMappingKey", `"orders"`), api("Mapping.Stage", `"v1"`)},
		[]string{
			"mapping-target changes API mapping Mapping: the custom domain leads to another stage: $default -> v1",
			"mapping-address replaces API mapping Mapping: every URL at the custom domain changes: / -> /orders/",
		},
	},
	{
		"no key in other words",
		[]edit{api("Mapping.ApiMappingKey", `"(none)"`)},
		nil,
	},
	{
		"another API answers at the custom domain, for other certificates",
		[]edit{api("Mapping.ApiId", `"a1b2c3"`), api("CustomDomain.MutualTlsAuthentication", "")},
		[]string{
			"client-certificates-kept changes custom domain api.example.com: may go on asking for certificates…",
			"mapping-target changes API mapping Mapping: the custom domain leads to another API: ${HttpApi} -> a1b2c3",
			"mutual-tls changes custom domain api.example.com: other client certificates are accepted, or none is asked for: {TruststoreUri: s3://trust/store.pem} -> (not set)",
		},
	},
	{
		"the custom domain gets another name",
		[]edit{
			api("CustomDomain.DomainName", `"api.example.org"`), api("Record.Name", `"api.example.org."`),
			api("/Outputs/ApiUrl/Value", `"https://api.example.org"`),
		},
		[]string{
			"address changes stack m2m-*-Api: the address for callers changes (output ApiUrl): ${HttpApi.ApiEndpoint} -> https://api.example.org",
			"stateful replaces custom domain api.example.com -> api.example.org: replaced (DomainName changes, which CloudFormation can't do in place): URLs at it stop working, until DNS leads to a new target; the old one is deleted",
			"record-address replaces DNS record api.example.com. -> api.example.org.: another DNS name, and the old one no longer resolves: api.example.com. -> api.example.org.",
		},
	},
	{
		"the API goes to the domain of somebody else",
		[]edit{api("Mapping.DomainName", `"api.example.org"`)},
		[]string{"mapping-address replaces API mapping Mapping: the API goes to another custom domain: ${CustomDomain} -> api.example.org"},
	},
	{
		"the name leads elsewhere",
		[]edit{api("Record.AliasTarget", ""), api("Record.ResourceRecords", `["192.0.2.1"]`)},
		[]string{
			"record-target changes DNS record api.example.com.: the name leads elsewhere: (not set) -> [192.0.2.1]",
			"record-target changes DNS record api.example.com.: the name leads elsewhere: {DNSName: ${CustomDomain.RegionalDomainName}, HostedZoneId: $…",
		},
	},
	{
		"the custom domain is given up",
		[]edit{api("CustomDomain", ""), api("Mapping", ""), api("Record", "")},
		[]string{
			"stateful removes custom domain api.example.com: removed: URLs at it stop working, until DNS leads to a new target; the old one is deleted",
			"mapping-removed removes API mapping Mapping: removed: the custom domain no longer leads to the API",
			"record-removed removes DNS record api.example.com.: removed: the name leads nowhere",
		},
	},
	{
		"the issuer is of the other type",
		[]edit{identity("UserPool.IssuerConfiguration", `{"Type": "UPDATED"}`)},
		[]string{"issuer-type replaces user pool Identity/UserPool: the issuer of the tokens changes, and with it the addresses of discovery and keys: ORIGINAL -> UPDATED"},
	},
	{
		"the issuer's type is written as what it was",
		[]edit{identity("UserPool.IssuerConfiguration", `{"Type": "ORIGINAL"}`)},
		nil,
	},
}
