package config

// The HTTP API in front of the functions.
type api struct {
	// A domain of your own for the API. It closes the API's default address, unless keepDefaultEndpoint says otherwise.
	CustomDomain apiDomain `yaml:"customDomain,omitempty"`
	// Answers to browsers that call from another origin. Left out, none is allowed to.
	CORS cors `yaml:"cors,omitempty"`
	// Routes of the API. All of them are behind the JWT authorizer.
	Routes routes `yaml:"routes" hint:"add one, for example {path: /orders, methods: [GET], scopes: [orders/read]}"`
	// How many requests each route takes before it answers 429: a route has a bucket of its own, the API has none for all of them together.
	Throttle throttle `yaml:"throttle,omitempty"`
}

// Routes of the API.
type routes []route

// A path and its methods, the scopes that open it and the function behind it.
type route struct {
	// Path, with parameters in braces and a greedy one last, in quotes if it has braces. $default takes what no other route takes.
	Path routePath `yaml:"path" jsonschema:"example=/orders,example=/orders/{id},example=/files/{proxy+},example=$default"`
	// HTTP methods in capitals. ANY can't be combined with other methods and covers those without a route of their own. Left out for $default only.
	Methods methods `yaml:"methods,omitempty"`
	// A token needs one of these scopes. [] is any token of a known client; it must be written, it can't be left out.
	Scopes routeScopes `yaml:"scopes" hint:"write [] to accept any token of a known client"`
	// Folder under lambda/ that holds the function; not rotate, which rotates secrets.
	Function functionName `yaml:"function,omitempty" jsonschema:"default=echo"`
	// Limits of this route's own; what is left out of them is the API's. To take them away again write default, which is the API's: API Gateway keeps what is only left out.
	Throttle routeThrottle `yaml:"throttle,omitempty"`
	// Lets m2m verify call the route with a token that opens it. Without this it does so on GET routes without path parameters alone, since a call may change data.
	Verify bool `yaml:"verify,omitempty" jsonschema:"default=false"`
}

// HTTP methods of a route.
type methods []method

// Scopes that open a route; API Gateway takes at most 10.
type routeScopes []scopeRef

// How many requests each route takes before it answers 429.
type throttle struct {
	// Requests per second.
	Rate requestRate `yaml:"rate,omitempty" jsonschema:"default=100"`
	// Requests at once.
	Burst requestBurst `yaml:"burst,omitempty" jsonschema:"default=200"`
}

// Limits of one route: each of its methods has a bucket of its own.
type routeThrottle struct {
	// Requests per second.
	Rate requestRate `yaml:"rate,omitempty" jsonschema:"example=10"`
	// Requests at once.
	Burst requestBurst `yaml:"burst,omitempty" jsonschema:"example=20"`

	word throttleWord
}

// throttleWord is what can stand in place of a route's limits.
type throttleWord string

func (t *routeThrottle) wordOf() any { return &t.word }

// A domain of your own for the API.
type apiDomain struct {
	// The domain, lower-case.
	Name domainName `yaml:"name" jsonschema:"example=api.example.com"`
	// Certificate for the domain in Certificate Manager, in the environment's Region, which must be written then.
	CertificateARN certificateARN `yaml:"certificateArn" jsonschema:"example=arn:aws:acm:ap-northeast-1:123456789012:certificate/11111111-2222-3333-4444-555555555555" hint:"request one in Certificate Manager and write its ARN"`
	// Hosted zone in Route 53 that gets the domain's record.
	HostedZoneID hostedZoneID `yaml:"hostedZoneId" jsonschema:"example=Z0123456789ABCDEFGHIJ" hint:"the zone in Route 53 that the domain belongs to"`
	// Name of that hosted zone.
	HostedZoneName domainName `yaml:"hostedZoneName" jsonschema:"example=example.com" hint:"the name of that zone, which the domain ends with"`
	// Keep the API's default address open beside the domain, for as long as callers move.
	KeepDefaultEndpoint bool `yaml:"keepDefaultEndpoint,omitempty" jsonschema:"default=false"`
	// Callers have to show a certificate, besides their token.
	MutualTLS mutualTLS `yaml:"mutualTls,omitempty"`
}

// Callers have to show a certificate, besides their token.
type mutualTLS struct {
	// The certificates of the authorities that are trusted, a PEM file in S3 in the environment's Region.
	TruststoreURI truststoreURI `yaml:"truststoreUri" jsonschema:"example=s3://acme-truststore/callers.pem" hint:"write s3://<bucket>/<key> of a PEM file"`
	// Version of that object. Without it a new file counts only once something else of the domain changes.
	TruststoreVersion objectVersion `yaml:"truststoreVersion,omitempty"`
}

// Answers to browsers that call from another origin.
type cors struct {
	// Origins that may call, as a browser sends them; or *, https://* or http://*.
	AllowOrigins corsOrigins `yaml:"allowOrigins" jsonschema:"example=https://app.example.com" hint:"name the origins, for example https://app.example.com"`
	// Methods they may use. Left out: all, each by its name.
	AllowMethods corsMethods `yaml:"allowMethods,omitempty" jsonschema:"example=GET"`
	// Request headers they may send. Left out: authorization, which carries the token, and content-type. * does not cover authorization.
	AllowHeaders corsHeaders `yaml:"allowHeaders,omitempty" jsonschema:"example=authorization"`
	// Response headers that their scripts may read. Left out: those that a browser shows anyway.
	ExposeHeaders corsHeaders `yaml:"exposeHeaders,omitempty" jsonschema:"example=apigw-requestid"`
	// Let browsers send cookies along. Not together with the origin *, nor with * among headers, which browsers then take for a name.
	AllowCredentials bool `yaml:"allowCredentials,omitempty" jsonschema:"default=false"`
	// How long a browser may keep the answer, in whole minutes up to 24h. Left out, the browser decides.
	MaxAge corsMaxAge `yaml:"maxAge,omitempty" jsonschema:"example=10m"`
}

// Origins that may call.
type corsOrigins []corsOrigin

// Methods that browsers may use.
type corsMethods []corsMethod

// Names of headers.
type corsHeaders []corsHeader
