package local_test

import (
	"net/http"
	"testing"

	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
)

// TestTheGatewayIsTheTemplates: what the template says about CORS, throttling and permissions holds
// for calls.
func TestTheGatewayIsTheTemplates(t *testing.T) {
	t.Parallel()
	_, d := start(t, serving.Config{}, servingtest.AssemblyDir(t, func(api servingtest.Template) {
		api.PropertiesOf("AWS::ApiGatewayV2::Stage")["RouteSettings"] = map[string]any{
			"GET /test_jwt/read": map[string]any{"ThrottlingBurstLimit": 0, "ThrottlingRateLimit": 0},
		}
		permission := api.Resources()["HttpApiANYtestjwtEchoIntPermission5A732AB4"].(map[string]any)["Properties"].(map[string]any)
		permission["SourceAccount"] = "210987654321"
	}))
	reader := servingtest.Token(t, d, "reader")
	if got, _ := servingtest.Status(t, d, "/test_jwt/read", reader); got != http.StatusTooManyRequests {
		t.Errorf("throttled to nothing: %d", got)
	}
	if got, _ := servingtest.Status(t, d, "/test_jwt", reader); got != http.StatusInternalServerError {
		t.Errorf("permitted to another account: %d", got)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, d.APIURL+"/test_jwt/read", nil) // ANY /test_jwt would take it
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", "https://x.example")
	request.Header.Set("Access-Control-Request-Method", http.MethodGet)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if got := response.Header.Get("Access-Control-Allow-Origin") + " " + response.Header.Get("Access-Control-Max-Age"); got != "https://x.example 3600" {
		t.Errorf("a preflight request: %d with %q", response.StatusCode, got)
	}
}
