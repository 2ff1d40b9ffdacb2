package config

import (
	"cmp"
	"math"

	"cognito-m2m/internal/strictyaml"
)

// The HTTP API in front of the functions.
type api struct {
	// A domain of your own for the API. It closes the API's default address, unless keepDefaultEndpoint says otherwise.
	CustomDomain apiDomain `yaml:"customDomain,omitempty"`
	// Answers to browsers that call from another origin. Left out, none is allowed to.
	CORS cors `yaml:"cors,omitempty"`
	// What checks tokens in front of every route: jwt is API Gateway itself, for at most 50 clients; function is a Lambda function, for 150 clients in this file and more in groups. What changes with it is in docs/many-clients.md.
	Authorizer authorizer `yaml:"authorizer,omitempty"`
	// Routes of the API. All of them are behind the authorizer.
	Routes routes `yaml:"routes" hint:"add one, for example {path: /orders, methods: [GET], scopes: [orders/read]}"`
	// How many requests each route takes before it answers 429: a route has a bucket of its own, the API has none for all of them together.
	Throttle throttle `yaml:"throttle,omitempty"`
}

// API is what an environment says about its HTTP API.
type API struct {
	CustomDomain *APIDomain          // nil: the API has its default address alone
	CORS         *CORS               // nil: no browser may call from another origin
	Authorizer   *FunctionAuthorizer // nil: API Gateway's JWT authorizer
	Routes       []Route             // at least one, sorted by route key
	Throttle     Throttle            // of the whole stage
}

func (a api) checked() API {
	stage := a.Throttle.checked()
	return API{
		CustomDomain: a.CustomDomain.checked(),
		CORS:         a.CORS.checked(),
		Authorizer:   a.Authorizer.checked(),
		Routes:       a.Routes.checked(stage),
		Throttle:     stage,
	}
}

// How many requests each route takes before it answers 429.
type throttle struct {
	// Requests per second.
	Rate requestRate `yaml:"rate,omitempty" jsonschema:"default=100"`
	// Requests at once.
	Burst requestBurst `yaml:"burst,omitempty" jsonschema:"default=200"`
}

// Throttle is the token bucket in front of the stage or of one route.
type Throttle struct {
	Rate  float64 // requests per second
	Burst int     // requests at once
}

func (t throttle) checked() Throttle {
	return Throttle{Rate: float64(t.Rate), Burst: int(t.Burst)}
}

// Limits of one route: each of its methods has a bucket of its own.
type routeThrottle struct {
	// Requests per second.
	Rate requestRate `yaml:"rate,omitempty" jsonschema:"example=10"`
	// Requests at once.
	Burst requestBurst `yaml:"burst,omitempty" jsonschema:"example=20"`

	word throttleWord
}

// checked fills in the stage's limits where a route has only half of its own, which API Gateway
// would not, or the word for them. It is nil for a route that says nothing.
func (t routeThrottle) checked(stage Throttle) *Throttle {
	if t == (routeThrottle{}) {
		return nil
	}
	return &Throttle{Rate: cmp.Or(float64(t.Rate), stage.Rate), Burst: cmp.Or(int(t.Burst), stage.Burst)}
}

type requestRate float64

func (requestRate) Number() strictyaml.Number { return strictyaml.Number{Max: math.MaxFloat64} }

type requestBurst int

func (requestBurst) Number() strictyaml.Number { return strictyaml.Number{Max: math.MaxInt32} }

func (t *routeThrottle) Word() any { return &t.word }

// throttleWord is what can stand in place of a route's limits.
type throttleWord string

func (throttleWord) Text() strictyaml.Text { return throttleWordText }

// throttleWordText is the word for the stage's limits.
var throttleWordText = strictyaml.Text{
	Noun:    "throttle",
	Pattern: strictyaml.Expression(`^default$`),
	Hint:    "limits such as {rate: 10, burst: 20}, or default, which are those of the API",
}
