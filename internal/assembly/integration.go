package assembly

import (
	"strings"
	"time"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/httpapi"
)

var integration = template.Type{
	Properties: template.Properties{
		"ApiId":           template.Text().Must(),
		"IntegrationType": template.OneOf("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK").Only("AWS_PROXY").Must(),
		"IntegrationUri":  template.Text().NeededBy(template.Unknown),
		// Parity: Integration: payload format 1.0
		"PayloadFormatVersion": template.OneOf("1.0", "2.0").Only("2.0").NeededBy(template.APIGateway),
		"TimeoutInMillis":      template.Whole(httpapi.MinTimeoutMillis, httpapi.MaxTimeoutMillis),
		"ConnectionType":       template.OneOf("INTERNET", "VPC_LINK").Only("INTERNET"),
		"IntegrationMethod":    template.NoEffect(), // Lambda is always called with POST
		"Description":          template.NoEffect(),
		"CredentialsArn":       template.NotSimulated("a call under a role of its own instead of the function's resource policy is not simulated"),
	},
	Ref:        template.GeneratedID,
	Attributes: map[string]template.Attribute{"IntegrationId": template.GeneratedID},
}

// lambdaPath stands between a Region and a function's ARN where API Gateway addresses a function.
const lambdaPath = ":lambda:path/2015-03-31/functions/"

func readIntegration(b *builder, r *template.Resource, v template.Values) {
	i := Integration{
		Resource: r.Source(),
		ID:       r.Reference(),
		Timeout:  time.Duration(v.Whole("TimeoutInMillis", httpapi.MaxTimeoutMillis)) * time.Millisecond,
	}
	i.FunctionARN, i.Qualifier = integrationTarget(v.Text("IntegrationUri"))
	b.attach(i.Resource, v.Text("ApiId"), func(api *API) { api.Integrations = append(api.Integrations, i) })
}

// integrationTarget finds the function in an IntegrationUri, which is the function's ARN or has the
// form arn:aws:apigateway:<Region>:lambda:path/2015-03-31/functions/<function ARN>/invocations.
func integrationTarget(uri string) (arn, qualifier string) {
	if _, wrapped, ok := strings.Cut(uri, lambdaPath); ok {
		uri = strings.TrimSuffix(wrapped, "/invocations")
	}
	return cutQualifier(uri)
}
