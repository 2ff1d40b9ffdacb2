package gateway_test

import (
	"net/http"
	"testing"

	"cognito-m2m/internal/gateway"
)

func TestInvokePermission(t *testing.T) {
	t.Parallel()
	changed := func(change func(*gateway.Permission)) []gateway.Permission {
		p := permission("*/*")
		change(&p)
		return []gateway.Permission{p}
	}
	for _, c := range []struct {
		name, routeKey string
		permissions    []gateway.Permission
		want           int
	}{
		{"none", "GET /x", nil, 500},
		{"of the route, as CDK writes it", "GET /x", []gateway.Permission{permission("*/*/x")}, 200},
		{"of an ANY route", "ANY /x", []gateway.Permission{permission("*/*/x")}, 200},
		{"of a greedy route", "ANY /{proxy+}", []gateway.Permission{permission("*/*/{proxy+}")}, 200},
		{"of the default route, CDK", "$default", []gateway.Permission{permission("*/*")}, 200},
		{"of the default route, console", "$default", []gateway.Permission{permission("*/$default")}, 200},
		{"of the whole API", "GET /x", []gateway.Permission{permission("*/*/*")}, 200},
		{"with method", "GET /x", []gateway.Permission{permission("*/GET/x")}, 200},
		{"with stage", "GET /x", []gateway.Permission{permission("$default/GET/x")}, 200},
		{"single-character wildcard", "GET /x", []gateway.Permission{permission("*/G?T/x")}, 200},
		{"without source", "GET /x", changed(func(p *gateway.Permission) { p.SourceARN = "" }), 200},
		{"source account", "GET /x", changed(func(p *gateway.Permission) { p.SourceAccount = accountID }), 200},
		{"second of two", "GET /x", []gateway.Permission{permission("*/*/y"), permission("*/*/x")}, 200},
		{"of another route", "GET /x", []gateway.Permission{permission("*/*/y")}, 500},
		{"of a longer path", "GET /x", []gateway.Permission{permission("*/*/x/y")}, 500},
		{"of another method", "GET /x", []gateway.Permission{permission("*/POST/x")}, 500},
		{"of another stage", "GET /x", []gateway.Permission{permission("prod/GET/x")}, 500},
		{"of another API", "GET /x", changed(func(p *gateway.Permission) {
			p.SourceARN = "arn:aws:execute-api:us-east-1:123456789012:otherapi/*/*"
		}), 500},
		{"of another region", "GET /x", changed(func(p *gateway.Permission) {
			p.SourceARN = "arn:aws:execute-api:eu-west-1:123456789012:" + apiID + "/*/*"
		}), 500},
		{"wildcard over colons", "GET /x", changed(func(p *gateway.Permission) { p.SourceARN = "arn:aws:execute-api:*" }), 500},
		{"of another function", "GET /x", changed(func(p *gateway.Permission) { p.FunctionARN += "2" }), 500},
		{"of another service", "GET /x", changed(func(p *gateway.Permission) { p.Principal = "events.amazonaws.com" }), 500},
		{"for another action", "GET /x", changed(func(p *gateway.Permission) { p.Action = "lambda:GetFunction" }), 500},
		{"from another account", "GET /x", changed(func(p *gateway.Permission) { p.SourceAccount = "210987654321" }), 500},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, func(a *api) { a.config.Routes, a.config.Permissions = openRoutes(c.routeKey), c.permissions })
			got := a.call(t, http.MethodGet, "/x")
			if got.status != c.want {
				t.Errorf("got %d, want %d", got.status, c.want)
			}
			if c.want == 500 && (got.body != internalServerError || a.function.calls() != 0) {
				t.Errorf("got %s and %d calls", got.body, a.function.calls())
			}
		})
	}
}

// A caller without a token learns nothing about a missing permission.
func TestPermissionIsCheckedAfterToken(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) { a.config.Permissions = nil })
	if got := a.call(t, http.MethodGet, "/test_jwt"); got.status != 401 {
		t.Errorf("without token: got %d", got.status)
	}
	if got := a.status(t, sign(t, validClaims())); got != 500 {
		t.Errorf("with token: got %d", got)
	}
}

// TestInvokePermissionInChina: ARNs name the partition of the Region.
func TestInvokePermissionInChina(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) {
		p := permission("*/*")
		p.SourceARN = "arn:aws-cn:execute-api:cn-north-1:" + accountID + ":" + apiID + "/*/*"
		a.config.API.Region, a.config.Routes, a.config.Permissions = "cn-north-1", openRoutes("GET /x"), []gateway.Permission{p}
	})
	if got := a.call(t, http.MethodGet, "/x"); got.status != http.StatusOK {
		t.Errorf("got %d", got.status)
	}
}
