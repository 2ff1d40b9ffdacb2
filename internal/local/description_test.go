package local_test

import (
	"net/http"
	"strings"
	"testing"

	"cognito-m2m/internal/local"
)

// propertiesOf are the properties of the first resource of a type.
func (t template) propertiesOf(kind string) map[string]any {
	for _, resource := range t.resources() {
		if r := resource.(map[string]any); r["Type"] == kind {
			return r["Properties"].(map[string]any)
		}
	}
	panic("no " + kind)
}

func TestOpenRouteIsDescribedAsOpen(t *testing.T) {
	t.Parallel()
	_, d := start(t, local.Config{}, assemblyDir(t, func(api template) {
		for _, resource := range api.resources() {
			r := resource.(map[string]any)
			if p, _ := r["Properties"].(map[string]any); r["Type"] == "AWS::ApiGatewayV2::Route" && p["RouteKey"] == "ANY /test_jwt" {
				p["AuthorizationType"] = "NONE"
				delete(p, "AuthorizerId")
			}
		}
	}))
	got := map[string]string{}
	for _, route := range d.Routes {
		got[route.RouteKey] = route.Authorization
	}
	if got["ANY /test_jwt"] != "NONE" || got["GET /test_jwt/read"] != "JWT" {
		t.Errorf("routes are described as %v", got)
	}
}

func TestURLOfANamedStage(t *testing.T) {
	t.Parallel()
	_, d := start(t, local.Config{}, assemblyDir(t, func(api template) {
		api.propertiesOf("AWS::ApiGatewayV2::Stage")["StageName"] = "v1"
	}))
	if !strings.HasSuffix(d.APIURL, "/v1") {
		t.Errorf("the API's URL is %s", d.APIURL)
	}
	if got, body := status(t, d, "/test_jwt", token(t, d, "reader")); got != http.StatusOK {
		t.Errorf("%d %s", got, body)
	}
}

// TestQualifiers: a permission for an alias does not cover the function itself, nor the other way
// round.
func TestQualifiers(t *testing.T) {
	t.Parallel()
	const alias = "live"
	qualify := func(value any) map[string]any {
		return map[string]any{"Fn::Join": []any{":", []any{value, alias}}}
	}
	integration := func(api template) {
		p := api.propertiesOf("AWS::ApiGatewayV2::Integration")
		p["IntegrationUri"] = qualify(p["IntegrationUri"])
	}
	permissions := func(api template) {
		for _, resource := range api.resources() {
			if r := resource.(map[string]any); r["Type"] == "AWS::Lambda::Permission" {
				p := r["Properties"].(map[string]any)
				p["FunctionName"] = qualify(p["FunctionName"])
			}
		}
	}
	cases := []struct {
		name    string
		changes []func(template)
		want    int
	}{
		{"neither", nil, http.StatusOK},
		{"the permission alone", []func(template){permissions}, http.StatusInternalServerError},
		{"the integration alone", []func(template){integration}, http.StatusInternalServerError},
		{"both", []func(template){integration, permissions}, http.StatusOK},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, d := start(t, local.Config{}, assemblyDir(t, func(api template) {
				for _, change := range c.changes {
					change(api)
				}
			}))
			if got, body := status(t, d, "/test_jwt", token(t, d, "reader")); got != c.want {
				t.Errorf("%d %s, want %d", got, body, c.want)
			}
		})
	}
}

// TestUnreservedFunction: a reserved concurrency of 0 switches a function off.
func TestUnreservedFunction(t *testing.T) {
	t.Parallel()
	_, d := start(t, local.Config{}, assemblyDir(t, func(api template) {
		api.propertiesOf("AWS::Lambda::Function")["ReservedConcurrentExecutions"] = 0
	}))
	if got, body := status(t, d, "/test_jwt", token(t, d, "reader")); got == http.StatusOK {
		t.Errorf("%d %s", got, body)
	}
}

func TestClientsOfOneName(t *testing.T) {
	t.Parallel()
	_, d := start(t, local.Config{}, assemblyDir(t, func(api template) {
		for _, id := range []string{readerID, writerID} {
			api.resources()[id].(map[string]any)["Properties"].(map[string]any)["ClientName"] = "same"
		}
	}))
	if len(d.Clients) != 2 || d.Clients[readerID].ClientID == "" {
		t.Errorf("clients %v", d.Clients)
	}
}
