package assembly

import "time"

// API is an AWS::ApiGatewayV2::Api of protocol HTTP with everything that belongs to it.
type API struct {
	Resource

	ID   string
	CORS *CORS // nil if not configured

	Authorizers  []Authorizer
	Integrations []Integration
	Routes       []Route
	Stages       []APIStage
}

// CORS is an API's CorsConfiguration.
type CORS struct {
	AllowCredentials bool
	AllowHeaders     []string
	AllowMethods     []string
	AllowOrigins     []string
	ExposeHeaders    []string
	MaxAge           *int // seconds; nil if the template leaves it out
}

// Authorizer is an AWS::ApiGatewayV2::Authorizer of type JWT.
type Authorizer struct {
	Resource

	ID             string
	Name           string
	IdentitySource []string
	Issuer         string
	Audience       []string
}

// Integration is an AWS::ApiGatewayV2::Integration of type AWS_PROXY with a Lambda function, which gets payload format 2.0.
type Integration struct {
	Resource

	ID          string
	FunctionARN string // without qualifier
	Qualifier   string // the alias or version in the IntegrationUri, if there is one
	Timeout     time.Duration
}

// Route is an AWS::ApiGatewayV2::Route.
type Route struct {
	Resource

	ID                  string
	Key                 string // GET /test_jwt, or $default
	IntegrationID       string // from the Target
	AuthorizationType   string // NONE or JWT
	AuthorizerID        string
	AuthorizationScopes []string
}

// APIStage is an AWS::ApiGatewayV2::Stage.
type APIStage struct {
	Resource

	Name                 string // $default, or the first segment of the paths it serves
	Variables            map[string]string
	AccessLogFormat      string // empty if there is no access log
	DefaultRouteSettings RouteSettings
	RouteSettings        map[string]RouteSettings // by route key
}

// RouteSettings are the throttling limits of a stage or of one route in it; nil leaves the account's limit in force.
type RouteSettings struct {
	ThrottlingBurstLimit *int     // requests
	ThrottlingRateLimit  *float64 // requests per second
}
