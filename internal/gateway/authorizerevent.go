package gateway

import (
	"strings"

	"cognito-m2m/internal/jsonobject"
)

// encodeAuthorizerEvent writes what an authorizer's function gets, in a version of the payload
// format. The values of identity sources stand in it as the request has them.
//
// Source: API Gateway developer guide, "Working with AWS Lambda authorizers for HTTP APIs".
func (x *exchange) encodeAuthorizerEvent(version string, identity []string) []byte {
	header := endToEnd(x.request.Header)
	headers := eventHeaders(x, header, x.request.ContentLength)
	w := jsonobject.New(usualEventBytes)
	w.Text("version", version)
	w.Text("type", "REQUEST")
	if version == "1.0" {
		if cookies := eventCookies(header); len(cookies) > 0 {
			headers["cookie"] = strings.Join(cookies, "; ")
		}
		x.writeAuthorizerEventV1(w, headers, strings.Join(identity, ","))
	} else {
		x.writeAuthorizerEventV2(w, headers, identity)
	}
	return w.End()
}

// writeAuthorizerEventV2 is like the event of a function, without a body. Members that are left out
// when empty are so on AWS too (public captures: awslabs/swift-aws-lambda-events,
// APIGatewayLambdaAuthorizerTests; README of a lambda-ssr-react-app).
func (x *exchange) writeAuthorizerEventV2(w *jsonobject.Writer, headers map[string]string, identity []string) {
	w.Text("routeArn", x.routeARN())
	w.List("identitySource", identity)
	w.Text("routeKey", x.route.key)
	w.Text("rawPath", x.path)
	w.Text("rawQueryString", x.request.URL.RawQuery)
	if cookies := eventCookies(endToEnd(x.request.Header)); len(cookies) > 0 {
		w.List("cookies", cookies)
	}
	w.Texts("headers", headers)
	w.TextsUnlessEmpty("queryStringParameters", queryParameters(x.request.URL.RawQuery))
	w.Object("requestContext", x.writeRequestContext)
	w.TextsUnlessEmpty("pathParameters", x.pathParameters)
	w.TextsUnlessEmpty("stageVariables", x.stage.variables)
}

// writeAuthorizerEventV1 is like the event of a REST API's authorizer. Its objects are never left
// out.
//
// Parity: Lambda authorizer: event of format 1.0
func (x *exchange) writeAuthorizerEventV1(w *jsonobject.Writer, headers map[string]string, identity string) {
	resource := x.route.key
	if _, path, ok := strings.Cut(resource, " "); ok {
		resource = path
	}
	w.Text("methodArn", x.routeARN())
	w.Text("identitySource", identity)
	w.Text("authorizationToken", identity)
	w.Text("resource", resource)
	w.Text("path", x.path)
	w.Text("httpMethod", x.request.Method)
	w.Texts("headers", headers)
	w.Texts("queryStringParameters", queryParameters(x.request.URL.RawQuery))
	w.Texts("pathParameters", x.pathParameters)
	w.Texts("stageVariables", x.stage.variables)
	w.Object("requestContext", func(w *jsonobject.Writer) {
		w.Text("path", x.path)
		w.Text("accountId", x.api.AccountID)
		w.Text("resourceId", x.route.key)
		w.Text("stage", x.stage.name)
		w.Text("requestId", x.id)
		w.Object("identity", func(w *jsonobject.Writer) { w.Text("sourceIp", x.sourceIP) })
		w.Text("resourcePath", resource)
		w.Text("httpMethod", x.request.Method)
		w.Text("apiId", x.api.ID)
	})
}

// routeARN names what the request asks for: its own method and path, whatever the route key is
// (public capture: GET of the path / by the route ANY /{proxy+}). It is what policies are held
// against.
func (x *exchange) routeARN() string {
	return x.api.arn(x.stage.name + "/" + x.request.Method + x.routePath)
}
