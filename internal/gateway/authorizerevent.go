package gateway

import "strings"

// encodeAuthorizerEvent writes what an authorizer's function gets, in a version of the payload
// format. The values of identity sources stand in it as the request has them.
//
// Source: API Gateway developer guide, "Working with AWS Lambda authorizers for HTTP APIs".
func (x *exchange) encodeAuthorizerEvent(version string, identity []string) []byte {
	header := endToEnd(x.request.Header)
	headers := eventHeaders(x, header, x.request.ContentLength)
	w := newJSONWriter(usualEventBytes)
	w.text("version", version)
	w.text("type", "REQUEST")
	if version == "1.0" {
		if cookies := eventCookies(header); len(cookies) > 0 {
			headers["cookie"] = strings.Join(cookies, "; ")
		}
		x.writeAuthorizerEventV1(w, headers, strings.Join(identity, ","))
	} else {
		x.writeAuthorizerEventV2(w, headers, identity)
	}
	return w.end()
}

// writeAuthorizerEventV2 is like the event of a function, without a body. Members that are left out
// when empty are so on AWS too (public captures: awslabs/swift-aws-lambda-events,
// APIGatewayLambdaAuthorizerTests; README of a lambda-ssr-react-app).
func (x *exchange) writeAuthorizerEventV2(w *jsonWriter, headers map[string]string, identity []string) {
	w.text("routeArn", x.routeARN())
	w.list("identitySource", identity)
	w.text("routeKey", x.route.key)
	w.text("rawPath", x.path)
	w.text("rawQueryString", x.request.URL.RawQuery)
	if cookies := eventCookies(endToEnd(x.request.Header)); len(cookies) > 0 {
		w.list("cookies", cookies)
	}
	w.texts("headers", headers)
	w.textsUnlessEmpty("queryStringParameters", queryParameters(x.request.URL.RawQuery))
	w.object("requestContext", x.writeRequestContext)
	w.textsUnlessEmpty("pathParameters", x.pathParameters)
	w.textsUnlessEmpty("stageVariables", x.stage.variables)
}

// writeAuthorizerEventV1 is like the event of a REST API's authorizer. Its objects are never left
// out.
//
// Parity: Lambda authorizer: event of format 1.0
func (x *exchange) writeAuthorizerEventV1(w *jsonWriter, headers map[string]string, identity string) {
	resource := x.route.key
	if _, path, ok := strings.Cut(resource, " "); ok {
		resource = path
	}
	w.text("methodArn", x.routeARN())
	w.text("identitySource", identity)
	w.text("authorizationToken", identity)
	w.text("resource", resource)
	w.text("path", x.path)
	w.text("httpMethod", x.request.Method)
	w.texts("headers", headers)
	w.texts("queryStringParameters", queryParameters(x.request.URL.RawQuery))
	w.texts("pathParameters", x.pathParameters)
	w.texts("stageVariables", x.stage.variables)
	w.object("requestContext", func(w *jsonWriter) {
		w.text("path", x.path)
		w.text("accountId", x.api.AccountID)
		w.text("resourceId", x.route.key)
		w.text("stage", x.stage.name)
		w.text("requestId", x.id)
		w.object("identity", func(w *jsonWriter) { w.text("sourceIp", x.sourceIP) })
		w.text("resourcePath", resource)
		w.text("httpMethod", x.request.Method)
		w.text("apiId", x.api.ID)
	})
}

// routeARN names what the request asks for: its own method and path, whatever the route key is
// (public capture: GET of the path / by the route ANY /{proxy+}). It is what policies are held
// against.
func (x *exchange) routeARN() string {
	return x.api.arn(x.stage.name + "/" + x.request.Method + x.routePath)
}
