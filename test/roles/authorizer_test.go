package roles

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"golang.org/x/oauth2/clientcredentials"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/naming"
)

// token is a new token of a client.
func (r *run) token(t *testing.T, client string) string {
	t.Helper()
	c := r.Clients[client]
	source := clientcredentials.Config{ClientID: c.ClientID, ClientSecret: string(c.ClientSecret), TokenURL: r.TokenEndpoint}
	token, err := source.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return token.AccessToken
}

// call is the status of a call of /orders.
func (r *run) call(t *testing.T, method, token string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.APIURL+"/orders", nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode
}

// TestFunctionAuthorizer runs an environment whose authorizer is the function of lambda/authorize,
// with the role of the template: who has a scope of the route is let in, until the client is
// refused by a parameter in Systems Manager, and again when that is gone.
func TestFunctionAuthorizer(t *testing.T) {
	t.Parallel()
	r := start(t, "many", func(api template) {
		for _, authorizer := range api.resources("AWS::ApiGatewayV2::Authorizer") {
			propertiesOf(authorizer)["AuthorizerResultTtlInSeconds"] = 0 // the function is asked for each call
		}
		for _, stage := range api.resources("AWS::ApiGatewayV2::Stage") {
			limits := propertiesOf(stage)["DefaultRouteSettings"].(map[string]any)
			limits["ThrottlingBurstLimit"], limits["ThrottlingRateLimit"] = 5_000, 10_000 // for who asks again and again
			delete(propertiesOf(stage), "RouteSettings")
		}
	})
	tokens := map[string]string{}
	for _, client := range []string{"shop", "nightly", "acme"} { // of the Api stack and of two groups
		tokens[client] = r.token(t, client)
	}
	for _, test := range []struct {
		client, method string
		want           int
	}{
		{"", "GET", 401},
		{"shop", "GET", 200},
		{"acme", "GET", 200},
		{"nightly", "GET", 403},
		{"shop", "POST", 200},
		{"acme", "POST", 200},
		{"nightly", "POST", 200},
	} {
		if got := r.call(t, test.method, tokens[test.client]); got != test.want {
			t.Errorf("%s by %q: %d, want %d", test.method, test.client, got, test.want)
		}
	}
	parameters := ssm.New(ssm.Options{
		Region: r.Region, BaseEndpoint: aws.String(r.AWSEndpoint),
		Credentials: credentials.NewStaticCredentialsProvider(r.AccessKeyID, string(r.SecretAccessKey), ""),
	})
	name := naming.RefusedPath("many") + r.Clients["acme"].ClientID
	if _, err := parameters.PutParameter(t.Context(), &ssm.PutParameterInput{Name: &name, Value: aws.String("refused"), Type: types.ParameterTypeString}); err != nil {
		t.Fatal(err)
	}
	m2mtest.Eventually(t, "acme to be refused", func() bool { return r.call(t, "GET", tokens["acme"]) == 403 })
	if got := r.call(t, "GET", tokens["shop"]); got != 200 {
		t.Errorf("another client gets %d", got)
	}
	if _, err := parameters.DeleteParameter(t.Context(), &ssm.DeleteParameterInput{Name: &name}); err != nil {
		t.Fatal(err)
	}
	m2mtest.Eventually(t, "acme to be let in again", func() bool { return r.call(t, "GET", tokens["acme"]) == 200 })
	if warnings := r.warned(); len(warnings) > 0 {
		t.Errorf("warned of:\n%s", strings.Join(warnings, "\n"))
	}
}

// refuses wants that a function which may not read the list lets nobody in, and that the run says
// which statement would allow it.
func refuses(t *testing.T, r *run) {
	t.Helper()
	if got := r.call(t, "GET", r.token(t, "shop")); got != 403 {
		t.Errorf("got %d", got)
	}
	m2mtest.Contains(t, strings.Join(r.warned(), "\n"),
		"is not authorized to perform: ssm:GetParametersByPath on resource: arn:aws:ssm:eu-central-1:123456789012:parameter/m2m/many/refused ",
		`This statement would allow it: {"Effect":"Allow","Action":"ssm:GetParametersByPath","Resource":"arn:aws:ssm:eu-central-1:123456789012:parameter/m2m/many/refused"}`)
}
