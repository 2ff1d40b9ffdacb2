package gateway

import (
	"errors"
	"fmt"
	"time"

	"cognito-m2m/internal/lambdapolicy"
	"cognito-m2m/internal/partition"
)

// The resources of a template that make up an HTTP API. New compiles stages, routes, integrations
// and authorizers, each into a type of the same name in lower case, in the file of that name: a
// route is a Route with its pattern parsed and its authorizer found.

// API is an AWS::ApiGatewayV2::Api of protocol type HTTP.
type API struct {
	// ID is the API id, the first label of its domain name.
	ID        string
	Region    string
	AccountID string
	// CORS makes the gateway answer preflight requests; nil leaves CORS to the functions.
	CORS *CORS
}

// CORS is an API's CorsConfiguration. With it the gateway answers preflight requests itself and
// replaces whatever CORS headers a function sends.
type CORS struct {
	AllowCredentials bool
	AllowHeaders     []string
	AllowMethods     []string
	// AllowOrigins holds origins, "*", "https://*" or "http://*".
	AllowOrigins  []string
	ExposeHeaders []string
	// MaxAge is how many seconds a browser may keep a preflight's answer; nil sends no such header.
	MaxAge *int
}

// Stage is an AWS::ApiGatewayV2::Stage.
type Stage struct {
	// Name is "$default" or the first segment of the paths the stage serves.
	Name string
	// Variables are handed to every function as stageVariables.
	Variables map[string]string
	// AccessLogFormat is the stage's access log template; "" writes no access log.
	AccessLogFormat string
	// DefaultRouteSettings apply to every route that has none of its own.
	DefaultRouteSettings RouteSettings
	// RouteSettings are by route key.
	RouteSettings map[string]RouteSettings
}

// RouteSettings are the throttling part of a stage's DefaultRouteSettings or RouteSettings. Nil is
// not set; zero lets nothing through.
type RouteSettings struct {
	// ThrottlingBurstLimit is the size of the token bucket in requests.
	ThrottlingBurstLimit *int
	// ThrottlingRateLimit is in requests per second.
	ThrottlingRateLimit *float64
}

// Route is an AWS::ApiGatewayV2::Route.
type Route struct {
	// Key is "$default" or a method and a path, such as "GET /items/{id}" or "ANY /{proxy+}".
	Key string
	// AuthorizationType is NONE, which "" means too, JWT or CUSTOM. New refuses AWS_IAM, which is
	// not simulated.
	AuthorizationType string
	// AuthorizerID names the authorizer of a route: a JWT authorizer for JWT, a Lambda authorizer
	// for CUSTOM.
	AuthorizerID string
	// AuthorizationScopes lets in tokens that have at least one of them; empty lets in every valid
	// token.
	AuthorizationScopes []string
	// IntegrationID is the part after "integrations/" in the template's Target.
	IntegrationID string
}

// Integration is an AWS::ApiGatewayV2::Integration of type AWS_PROXY with a Lambda function, which
// gets payload format 2.0.
type Integration struct {
	ID string
	// FunctionARN is the function of the IntegrationUri, one of Config.Functions.
	FunctionARN string
	// TimeoutInMillis is 30000 if it is 0.
	TimeoutInMillis int
}

// Authorizer is an AWS::ApiGatewayV2::Authorizer: of type REQUEST if it has a function, else of
// type JWT.
type Authorizer struct {
	ID   string
	Name string
	// IdentitySource is exactly one "$request.header.<name>" or "$request.querystring.<name>". For
	// type REQUEST it is any number of these, "$context.<variable>" and "$stageVariables.<name>".
	IdentitySource []string
	// Issuer is compared with a token's iss as it stands, and must be known to Config.OIDC. Type
	// REQUEST has none.
	Issuer string
	// Audience holds the values for a token's aud or, without aud, client_id. Type REQUEST has
	// none.
	Audience []string
	// Function is whom an authorizer of type REQUEST asks; nil for type JWT.
	Function *AuthorizerFunction
}

// AuthorizerFunction is what an authorizer of type REQUEST says of its function.
type AuthorizerFunction struct {
	// ARN is the function of the AuthorizerUri, one of Config.Functions.
	ARN string
	// PayloadFormatVersion is that of the event: "1.0" or "2.0".
	PayloadFormatVersion string
	// SimpleResponses is whether the function answers with isAuthorized, and not with a policy.
	SimpleResponses bool
	// ResultTTL is for how long an answer is remembered; 0 remembers none.
	ResultTTL time.Duration
	// HasRole is whether the authorizer names a role to invoke the function with. Then no
	// Permission is needed.
	HasRole bool
}

// Permission is an AWS::Lambda::Permission, one statement of a function's resource policy.
type Permission struct {
	// FunctionARN is the function the statement belongs to.
	FunctionARN string
	// Statement must be for the principal apigateway.amazonaws.com to be of use here. Its source is
	// a route or an authorizer.
	lambdapolicy.Statement
}

func (a API) validate(found *problems) {
	if a.ID == "" || a.Region == "" || a.AccountID == "" {
		found.add("API %q: id, region and account id are all needed", a.ID)
	}
}

// arn is that of a part of the API, by which it names itself to Lambda and in policies.
func (a API) arn(part string) string {
	return "arn:" + partition.Of(a.Region) + ":execute-api:" + a.Region + ":" + a.AccountID + ":" + a.ID + "/" + part
}

// problems collects everything wrong with the resources, so that one run reports all of it.
type problems []error

func (p *problems) add(format string, args ...any) {
	*p = append(*p, fmt.Errorf(format, args...))
}

func (p *problems) join() error {
	return errors.Join(*p...)
}
