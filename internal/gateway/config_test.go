package gateway_test

import (
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/gateway"
)

func validConfig() gateway.Config {
	return gateway.Config{
		API:          gateway.API{ID: apiID, Region: region, AccountID: accountID},
		Stages:       []gateway.Stage{{Name: "$default"}},
		Routes:       []gateway.Route{jwtRoute("GET /x")},
		Integrations: []gateway.Integration{{ID: "echo", FunctionARN: functionARN}},
		Authorizers: []gateway.Authorizer{{
			ID: "jwt", Name: "Jwt", IdentitySource: []string{"$request.header.Authorization"}, Issuer: issuerURL, Audience: []string{clientID},
		}},
		Functions: map[string]gateway.Invoker{functionARN: &function{}},
		OIDC: func(issuer string) string {
			if issuer == issuerURL {
				return "http://127.0.0.1:1"
			}
			return ""
		},
	}
}

// asking puts a Lambda authorizer before the route.
func asking(c *gateway.Config) {
	c.Authorizers = append(c.Authorizers, gateway.Authorizer{
		ID: "asking", Name: "Asking", IdentitySource: []string{"$request.header.Authorization"},
		Function: &gateway.AuthorizerFunction{ARN: askedARN, PayloadFormatVersion: "2.0", ResultTTL: time.Minute},
	})
	c.Functions[askedARN] = &function{}
	c.Routes[0].AuthorizationType, c.Routes[0].AuthorizerID = "CUSTOM", "asking"
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*gateway.Config)
		want   []string // parts of the error, which also names the culprit
	}{
		{"AWS_IAM", func(c *gateway.Config) { c.Routes[0].AuthorizationType = "AWS_IAM" }, []string{`route "GET /x"`, "AWS_IAM", "not simulated"}},
		{"CUSTOM with scopes", func(c *gateway.Config) {
			asking(c)
			c.Routes[0].AuthorizationScopes = []string{"a/b"}
		}, []string{`route "GET /x"`, "CUSTOM", "scopes"}},
		{"an authorizer's unknown function", func(c *gateway.Config) {
			asking(c)
			c.Authorizers[1].Function.ARN += "2"
		}, []string{`authorizer "Asking"`, askedARN + "2"}},
		{"an unknown version of its event", func(c *gateway.Config) {
			asking(c)
			c.Authorizers[1].Function.PayloadFormatVersion = "3.0"
		}, []string{`authorizer "Asking"`, `"3.0"`}},
		{"an answer that nothing tells apart", func(c *gateway.Config) {
			asking(c)
			c.Authorizers[1].IdentitySource = nil
		}, []string{`authorizer "Asking"`, "identity source"}},
		{"an expression that is no source", func(c *gateway.Config) {
			asking(c)
			c.Authorizers[1].IdentitySource = []string{"$context.nothing"}
		}, []string{`authorizer "Asking"`, "$context.nothing"}},
		{"unknown authorization type", func(c *gateway.Config) { c.Routes[0].AuthorizationType = "jwt" }, []string{`route "GET /x"`, `"jwt"`}},
		{"scopes without authorizer", func(c *gateway.Config) {
			c.Routes[0] = gateway.Route{Key: "GET /x", AuthorizationScopes: []string{"a/b"}, IntegrationID: "echo"}
		}, []string{`route "GET /x"`, "NONE"}},
		{"authorizer with NONE", func(c *gateway.Config) { c.Routes[0].AuthorizationType = "NONE" }, []string{`route "GET /x"`, "NONE"}},
		{"unknown authorizer", func(c *gateway.Config) { c.Routes[0].AuthorizerID = "other" }, []string{`route "GET /x"`, `authorizer "other"`}},
		{"no authorizer", func(c *gateway.Config) { c.Routes[0].AuthorizerID = "" }, []string{`route "GET /x"`, `authorizer ""`}},
		{"unknown integration", func(c *gateway.Config) { c.Routes[0].IntegrationID = "other" }, []string{`route "GET /x"`, `integration "other"`}},
		{"a route key that is none", func(c *gateway.Config) { c.Routes[0].Key = "GET /x/" }, []string{`route "GET /x/"`, "without trailing slash"}},
		{"the same route twice", func(c *gateway.Config) { c.Routes = append(c.Routes, c.Routes[0]) }, []string{`route "GET /x"`}},
		{"the same route with another variable", func(c *gateway.Config) {
			c.Routes = []gateway.Route{jwtRoute("GET /{a}"), jwtRoute("GET /{b}")}
		}, []string{`route "GET /{b}"`, `route "GET /{a}"`}},
		{"unknown function", func(c *gateway.Config) { c.Integrations[0].FunctionARN += "2" }, []string{`integration "echo"`, functionARN + "2"}},
		{"unknown issuer", func(c *gateway.Config) { c.Authorizers[0].Issuer += "x" }, []string{`authorizer "Jwt"`, issuerURL + "x"}},
		{"two identity sources", func(c *gateway.Config) {
			c.Authorizers[0].IdentitySource = append(c.Authorizers[0].IdentitySource, "$request.querystring.t")
		}, []string{`authorizer "Jwt"`, "identity source"}},
		{"other identity source", func(c *gateway.Config) { c.Authorizers[0].IdentitySource = []string{"$context.stage"} }, []string{`authorizer "Jwt"`, "identity source"}},
		{"stage twice", func(c *gateway.Config) { c.Stages = append(c.Stages, c.Stages[0]) }, []string{`stage "$default"`}},
		{"unknown log variable", func(c *gateway.Config) { c.Stages[0].AccessLogFormat = "$context.requestId $context.nothing" }, []string{`stage "$default"`, "$context.nothing"}},
		{"log without request id", func(c *gateway.Config) { c.Stages[0].AccessLogFormat = "$context.status" }, []string{`stage "$default"`, "$context.requestId"}},
		{"log of two lines", func(c *gateway.Config) { c.Stages[0].AccessLogFormat = "$context.requestId\n" }, []string{`stage "$default"`, "single line"}},
		{"log over 3 KB", func(c *gateway.Config) {
			c.Stages[0].AccessLogFormat = "$context.requestId" + strings.Repeat(" ", 3<<10)
		}, []string{`stage "$default"`, "3090 bytes"}},
		{"no API id", func(c *gateway.Config) { c.API.ID = "" }, []string{"API"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg := validConfig()
			c.change(&cfg)
			_, err := gateway.New(cfg)
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q is not in: %v", part, err)
				}
			}
		})
	}
}

// One run reports everything.
func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	cfg := validConfig()
	cfg.Routes[0].IntegrationID = "other"
	cfg.Routes = append(cfg.Routes, gateway.Route{Key: "GET /y", AuthorizationType: "AWS_IAM", IntegrationID: "echo"})
	cfg.Authorizers[0].IdentitySource = nil
	cfg.Integrations[0].FunctionARN = ""
	_, err := gateway.New(cfg)
	if err == nil {
		t.Fatal("no error")
	}
	if got := strings.Count(err.Error(), "\n") + 1; got != 4 {
		t.Errorf("got %d problems, want 4:\n%v", got, err)
	}
}

func TestNewAccepts(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*gateway.Config){
		"as it is":              func(*gateway.Config) {},
		"CDK's log format":      func(c *gateway.Config) { c.Stages[0].AccessLogFormat = cdkCLF },
		"CDK's JSON log format": func(c *gateway.Config) { c.Stages[0].AccessLogFormat = cdkJSON },
		"a Lambda authorizer":   asking,
		"no stages or routes":   func(c *gateway.Config) { c.Stages, c.Routes = nil, nil },
	} {
		cfg := validConfig()
		change(&cfg)
		if _, err := gateway.New(cfg); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
