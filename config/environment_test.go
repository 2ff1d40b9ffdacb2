package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/config"
)

const certificate = "arn:aws:acm:us-east-1:012345678901:certificate/11111111-2222"

// TestLoadTakesEveryOption loads what TestLoadTakesWhatIsWritten does not have.
func TestLoadTakesEveryOption(t *testing.T) {
	t.Parallel()
	got, problems := load(t, "dev.yaml", `name: dev
region: us-east-1
account: "012345678901"
tags: {Team: orders, Cost center: "4711"}
identity:
  domain:
    customDomain: {name: auth.example.com, certificateArn: "`+certificate+`", hostedZoneId: Z1, hostedZoneName: example.com}
  featurePlan: plus
  issuerType: updated
resourceServers: [{identifier: test-api, scopes: {read: Read}}]
clients: {reader: {scopes: [test-api/read]}}
api:
  customDomain:
    name: api.example.com
    certificateArn: `+certificate+`
    hostedZoneId: Z1
    hostedZoneName: api.example.com
    mutualTls: {truststoreUri: "s3://acme-truststore/callers.pem", truststoreVersion: abc}
  cors:
    allowOrigins: ["https://b.example.com", "https://a.example.com:8443"]
    allowMethods: [post, GET]
    allowHeaders: [authorization]
    exposeHeaders: [apigw-requestid]
    allowCredentials: true
    maxAge: 1h30m
  routes:
    - {path: /a, methods: [GET], scopes: [], throttle: {rate: 5}, description: Lists a.}
    - {path: /b, methods: [GET], scopes: [], throttle: {burst: 7}, verify: true}
    - {path: /c, methods: [GET], scopes: [], throttle: default}
  throttle: {rate: 50, burst: 60}
functions: {echo: {memoryMB: 512, timeout: 3s, environment: {TABLE: orders, EMPTY: ""}}}
logs: {retentionDays: 3653, customerKey: true}
alarms:
  recipients: [b@example.com, "arn:aws:sns:us-east-1:012345678901:oncall"]
  minimumCalls: 1
  serverErrorPercent: 0.5
  clientErrorPercent: 2
  p99LatencyMs: 3
  functionErrors: 4
  functionThrottles: 6
  functionConcurrency: 7
  silentMinutes: 60
dashboard: true
tracing: true
`)
	domain := config.CustomDomain{Name: "auth.example.com", CertificateARN: certificate, HostedZoneID: "Z1", HostedZoneName: "example.com"}
	want := &config.Environment{
		Name: "dev", Region: "us-east-1", Account: "012345678901",
		Tags:            []config.Tag{{Key: "Cost center", Value: "4711"}, {Key: "Team", Value: "orders"}},
		Identity:        config.Identity{CustomDomain: &domain, FeaturePlan: "PLUS", IssuerType: "UPDATED"},
		ResourceServers: []config.ResourceServer{{Identifier: "test-api", Scopes: []config.Scope{{Name: "read", Description: "Read"}}}},
		Clients:         []config.Client{{Name: "reader", Scopes: []string{"test-api/read"}, AccessTokenValidity: time.Hour, Rotation: config.Rotation{EveryDays: 30}}},
		API: config.API{
			CustomDomain: &config.APIDomain{
				CustomDomain: config.CustomDomain{Name: "api.example.com", CertificateARN: certificate, HostedZoneID: "Z1", HostedZoneName: "api.example.com"},
				MutualTLS:    &config.MutualTLS{TruststoreURI: "s3://acme-truststore/callers.pem", TruststoreVersion: "abc"},
			},
			CORS: &config.CORS{
				AllowOrigins: []string{"https://a.example.com:8443", "https://b.example.com"}, AllowMethods: []string{"GET", "POST"},
				AllowHeaders: []string{"authorization"}, ExposeHeaders: []string{"apigw-requestid"}, AllowCredentials: true, MaxAge: 90 * time.Minute,
			},
			Routes: []config.Route{
				{Path: "/a", Methods: []string{"GET"}, Function: "echo", Throttle: &config.Throttle{Rate: 5, Burst: 60}, Description: "Lists a."},
				{Path: "/b", Methods: []string{"GET"}, Function: "echo", Throttle: &config.Throttle{Rate: 50, Burst: 7}, Verify: true},
				{Path: "/c", Methods: []string{"GET"}, Function: "echo", Throttle: &config.Throttle{Rate: 50, Burst: 60}},
			},
			Throttle: config.Throttle{Rate: 50, Burst: 60},
		},
		Functions: []config.Function{{Name: "echo", MemoryMB: 512, Timeout: 3 * time.Second, Environment: map[string]string{"TABLE": "orders", "EMPTY": ""}}},
		Logs:      config.Logs{RetentionDays: 3653, CustomerKey: true},
		Alarms: config.Alarms{
			Recipients:   []string{"arn:aws:sns:us-east-1:012345678901:oncall", "b@example.com"},
			MinimumCalls: 1, ServerErrorPercent: 0.5, ClientErrorPercent: 2, P99LatencyMs: 3,
			FunctionErrors: 4, FunctionThrottles: 6, FunctionConcurrency: 7, SilentMinutes: 60,
		},
		Dashboard: true,
		Tracing:   true,
	}
	if diff := cmp.Diff(want, got); diff != "" || problems != nil {
		t.Errorf("problems %v, environment (-want +got):\n%s", problems, diff)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	const environmentHint = "(2 to 20 lower-case letters, digits and hyphens, a letter first, no hyphen last)"
	reject(t, map[string]faulty{
		"no name":             {"name: dev\n", "", "1:1: name: is missing (write the file's name without .yaml)"},
		"another name":        {"name: dev", "name: dve", `1:7: name: "dve" is not the file's name "dev" (rename one of them)`},
		"capitals":            {"name: dev", "name: Dev", `1:7: name: "Dev" is not a valid environment name ` + environmentHint},
		"one letter":          {"name: dev", "name: d", `1:7: name: "d" is not a valid environment name ` + environmentHint},
		"21 letters":          {"name: dev", "name: a23456789012345678901", `1:7: name: "a23456789012345678901" is not a valid environment name ` + environmentHint},
		"Region shape":        {"ap-northeast-1", "Tokyo", `2:9: region: "Tokyo" is not a valid Region (for example ap-northeast-1)`},
		"Region without part": {"ap-northeast-1", "ap-1", `2:9: region: "ap-1" is not a valid Region (for example ap-northeast-1)`},
		"account length":      {"region: ap-northeast-1", "account: \"12345678901\"", `2:10: account: "12345678901" is not a valid account (twelve digits)`},
		"account as number":   {"region: ap-northeast-1", "account: 123456789012", `2:10: account: want text, got 123456789012 (put it in quotes: "123456789012")`},
	})
}

// ARNs are those of any partition: of China and GovCloud, the European Sovereign Cloud and the
// isolated ones.
func TestARNsOfEveryPartition(t *testing.T) {
	t.Parallel()
	for partition, region := range map[string]string{
		"aws": "eu-west-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1", "aws-eusc": "eusc-de-east-1", "aws-iso-b": "us-isob-east-1",
	} {
		file := strings.Replace(valid, "reader: {", "reader: {secretReaders: [\"arn:"+partition+":iam::210987654321:role/reader\"], ", 1) +
			"secrets: {customerKey: true}\nalarms: {recipients: [\"arn:" + partition + ":sns:" + region + ":123456789012:topic\"]}\n"
		file = strings.Replace(file, "region: ap-northeast-1", "region: "+region, 1)
		if _, got := load(t, "dev.yaml", file); got != nil {
			t.Errorf("partition %s: %v", partition, got)
		}
	}
}
