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
    - {path: /a, methods: [GET], scopes: [], throttle: {rate: 5}}
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
		Identity:        config.Identity{CustomDomain: &domain, FeaturePlan: "PLUS", IssuerType: config.IssuerUpdated},
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
				{Path: "/a", Methods: []string{"GET"}, Function: "echo", Throttle: &config.Throttle{Rate: 5, Burst: 60}},
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

var everyMethod = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}

// A * is only written where a browser takes it for what it is meant to be.
func TestCORSWritesOutWhatIsMeant(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]config.CORS{
		`{allowOrigins: ["https://a.b"], allowCredentials: true}`: {
			AllowOrigins: []string{"https://a.b"}, AllowMethods: everyMethod, AllowHeaders: []string{"authorization", "content-type"}, AllowCredentials: true,
		},
		`{allowOrigins: ["https://a.b"], allowMethods: [GET, "*"], allowCredentials: true}`: {
			AllowOrigins: []string{"https://a.b"}, AllowMethods: everyMethod, AllowHeaders: []string{"authorization", "content-type"}, AllowCredentials: true,
		},
		`{allowOrigins: ["*"], allowMethods: ["*"], allowHeaders: ["*", Authorization], exposeHeaders: ["*"]}`: {
			AllowOrigins: []string{"*"}, AllowMethods: []string{"*"}, AllowHeaders: []string{"*", "Authorization"}, ExposeHeaders: []string{"*"},
		},
	} {
		got, problems := load(t, "dev.yaml", strings.Replace(valid, "  throttle:", "  cors: "+written+"\n  throttle:", 1))
		if problems != nil {
			t.Errorf("%s: %v", written, problems)
			continue
		}
		if diff := cmp.Diff(&want, got.API.CORS); diff != "" {
			t.Errorf("%s (-want +got):\n%s", written, diff)
		}
	}
}

func TestWildcardsThatBrowsersTakeLiterally(t *testing.T) {
	t.Parallel()
	cases := map[string]faulty{}
	for name, c := range map[string]struct{ cors, want string }{
		"all headers with credentials": {
			`{allowOrigins: ["https://a.b"], allowCredentials: true, allowHeaders: ["*", authorization]}`,
			"18:65: api.cors.allowHeaders: with allowCredentials, browsers take * for a header of that name (name the headers, authorization among them)",
		},
		"all exposed with credentials": {
			`{allowOrigins: ["https://a.b"], allowCredentials: true, exposeHeaders: ["*"]}`,
			"18:65: api.cors.exposeHeaders: with allowCredentials, browsers take * for a header of that name (name the headers)",
		},
		"all headers": {
			`{allowOrigins: ["*"], allowHeaders: ["*"]}`,
			"18:31: api.cors.allowHeaders: * does not cover authorization, which carries the token (name it beside *)",
		},
	} {
		cases[name] = faulty{"  throttle:", "  cors: " + c.cors + "\n  throttle:", c.want}
	}
	reject(t, cases)
}

// AWS takes a list without it, so it is only said.
func TestBrowsersThatCannotSendTheToken(t *testing.T) {
	t.Parallel()
	got, problems := load(t, "dev.yaml", strings.Replace(valid, "  throttle:", "  cors: {allowOrigins: [\"*\"], allowHeaders: [x-trace]}\n  throttle:", 1))
	if problems != nil {
		t.Fatal(problems)
	}
	for _, warning := range got.Warnings {
		if warning.Path == "api.cors.allowHeaders" && strings.Contains(warning.Message, "lacks authorization") {
			return
		}
	}
	t.Errorf("warnings: %v", got.Warnings)
}

func TestDefaultsOfCORS(t *testing.T) {
	t.Parallel()
	got, problems := load(t, "dev.yaml", strings.Replace(valid, "  throttle:", "  cors: {allowOrigins: [\"*\"]}\n  throttle:", 1))
	if problems != nil {
		t.Fatal(problems)
	}
	want := &config.CORS{AllowOrigins: []string{"*"}, AllowMethods: everyMethod, AllowHeaders: []string{"authorization", "content-type"}}
	if diff := cmp.Diff(want, got.API.CORS); diff != "" {
		t.Errorf("CORS (-want +got):\n%s", diff)
	}
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0].String(), "api.routes[0]: takes browsers' preflight requests") {
		t.Errorf("warnings %v, want one about the route ANY", got.Warnings)
	}
}

func TestKeptDefaultEndpoint(t *testing.T) {
	t.Parallel()
	got, problems := load(t, "dev.yaml", strings.Replace(valid, "  throttle:", `  customDomain:
    name: api.example.com
    certificateArn: "arn:aws:acm:ap-northeast-1:012345678901:certificate/1"
    hostedZoneId: Z1
    hostedZoneName: example.com
    keepDefaultEndpoint: true
  throttle:`, 1))
	if problems != nil || !got.API.CustomDomain.KeepDefaultEndpoint || got.API.CustomDomain.MutualTLS != nil {
		t.Errorf("problems %v, environment %+v", problems, got)
	}
}
