package local_test

import (
	"net/http"
	"strings"
	"testing"

	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
)

func TestOpenRouteIsDescribedAsOpen(t *testing.T) {
	t.Parallel()
	_, d := start(t, serving.Config{}, servingtest.AssemblyDir(t, func(api servingtest.Template) {
		for _, resource := range api.Resources() {
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
	_, d := start(t, serving.Config{}, servingtest.AssemblyDir(t, func(api servingtest.Template) {
		api.PropertiesOf("AWS::ApiGatewayV2::Stage")["StageName"] = "v1"
	}))
	if !strings.HasSuffix(d.APIURL, "/v1") {
		t.Errorf("the API's URL is %s", d.APIURL)
	}
	if got, body := servingtest.Status(t, d, "/test_jwt", servingtest.Token(t, d, "reader")); got != http.StatusOK {
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
	integration := func(api servingtest.Template) {
		p := api.PropertiesOf("AWS::ApiGatewayV2::Integration")
		p["IntegrationUri"] = qualify(p["IntegrationUri"])
	}
	permissions := func(api servingtest.Template) {
		for _, resource := range api.Resources() {
			if r := resource.(map[string]any); r["Type"] == "AWS::Lambda::Permission" {
				p := r["Properties"].(map[string]any)
				p["FunctionName"] = qualify(p["FunctionName"])
			}
		}
	}
	cases := []struct {
		name    string
		changes []func(servingtest.Template)
		want    int
	}{
		{"neither", nil, http.StatusOK},
		{"the permission alone", []func(servingtest.Template){permissions}, http.StatusInternalServerError},
		{"the integration alone", []func(servingtest.Template){integration}, http.StatusInternalServerError},
		{"both", []func(servingtest.Template){integration, permissions}, http.StatusOK},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, d := start(t, serving.Config{}, servingtest.AssemblyDir(t, func(api servingtest.Template) {
				for _, change := range c.changes {
					change(api)
				}
			}))
			if got, body := servingtest.Status(t, d, "/test_jwt", servingtest.Token(t, d, "reader")); got != c.want {
				t.Errorf("%d %s, want %d", got, body, c.want)
			}
		})
	}
}

// TestUnreservedFunction: a reserved concurrency of 0 switches a function off.
func TestUnreservedFunction(t *testing.T) {
	t.Parallel()
	_, d := start(t, serving.Config{}, servingtest.AssemblyDir(t, func(api servingtest.Template) {
		api.PropertiesOf("AWS::Lambda::Function")["ReservedConcurrentExecutions"] = 0
	}))
	if got, body := servingtest.Status(t, d, "/test_jwt", servingtest.Token(t, d, "reader")); got == http.StatusOK {
		t.Errorf("%d %s", got, body)
	}
}

func TestClientsOfOneName(t *testing.T) {
	t.Parallel()
	_, d := start(t, serving.Config{}, servingtest.AssemblyDir(t, func(api servingtest.Template) {
		for _, id := range []string{servingtest.ReaderID, servingtest.WriterID} {
			api.Resources()[id].(map[string]any)["Properties"].(map[string]any)["ClientName"] = "same"
		}
	}))
	if len(d.Clients) != 2 || d.Clients[servingtest.ReaderID].ClientID == "" {
		t.Errorf("clients %v", d.Clients)
	}
}
