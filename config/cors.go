package config

import (
	"math"
	"slices"
	"strings"
	"time"

	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/strictyaml"
)

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

func (corsOrigins) Count() strictyaml.Count {
	return strictyaml.Count{Min: 1, Max: math.MaxInt, Of: "origins"}
}

// Methods that browsers may use.
type corsMethods []corsMethod

// Names of headers.
type corsHeaders []corsHeader

// CORS is what browsers that call from another origin are answered.
type CORS struct {
	AllowOrigins     []string // at least one, sorted: origins, "*", "https://*" or "http://*"
	AllowMethods     []string // sorted, in capitals
	AllowHeaders     []string // sorted, authorization among them
	ExposeHeaders    []string // sorted
	AllowCredentials bool
	MaxAge           time.Duration // whole minutes up to 24 hours; 0: the browser decides
}

func (w cors) checked() *CORS {
	if len(w.AllowOrigins) == 0 {
		return nil
	}
	allowed := &CORS{
		AllowOrigins:     sortedStrings(w.AllowOrigins),
		AllowMethods:     sortedStrings(w.AllowMethods),
		AllowHeaders:     sortedStrings(w.AllowHeaders),
		ExposeHeaders:    sortedStrings(w.ExposeHeaders),
		AllowCredentials: w.AllowCredentials,
		MaxAge:           duration(w.MaxAge),
	}
	// With credentials a browser takes * for a method of that name (Fetch standard, "CORS-preflight
	// fetch", step 7).
	if len(allowed.AllowMethods) == 0 || allowed.AllowCredentials && slices.Contains(allowed.AllowMethods, anything) {
		allowed.AllowMethods = slices.Clone(httpMethods[1:])
	}
	if len(allowed.AllowHeaders) == 0 {
		allowed.AllowHeaders = []string{"authorization", "content-type"}
	}
	return allowed
}

type corsOrigin string

func (corsOrigin) Text() strictyaml.Text { return corsOriginText }

var corsOriginText = strictyaml.Text{
	Noun:    "origin",
	Pattern: strictyaml.Expression(`^(\*|https?://(\*|[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?))$`),
	Hint:    "scheme and host as a browser sends them, no / at the end: https://app.example.com; or *, https://*, http://*",
}

type corsMethod string

func (corsMethod) Text() strictyaml.Text { return corsMethodText }

var corsMethodText = strictyaml.Text{Noun: "HTTP method", Words: append([]string{anything}, httpMethods[1:]...)}

type corsHeader string

func (corsHeader) Text() strictyaml.Text { return corsHeaderText }

var corsHeaderText = strictyaml.Text{
	Noun:    "header name",
	Pattern: strictyaml.Expression(`^(\*|[A-Za-z0-9!#$%&'+.^_|~-]+)$`),
	Hint:    "one header, for example content-type",
}

type corsMaxAge string

func (corsMaxAge) Text() strictyaml.Text { return corsMaxAgeText }

var corsMaxAgeText = strictyaml.Text{Noun: "age", Pattern: validityText.Pattern, Hint: validityText.Hint}

const longestMaxAge = 24 * time.Hour // of a preflight's answer: 86,400 seconds (API Gateway reference, Cors)

// cors holds what browsers are answered against the routes: a preflight request brings no token, so
// a route that takes it refuses it (API Gateway guide, "Configuring CORS" on $default;
// anomalyco/sst #5493 on ANY).
func (c *checker) cors() {
	written := c.written.API.CORS
	if len(written.AllowOrigins) == 0 {
		return
	}
	if written.AllowCredentials && !httpapi.CredentialsAllowed(written.AllowOrigins) {
		c.Report("api.cors.allowCredentials", "can't be combined with the origin *", "name the origins, or write https://*")
	}
	c.corsHeaders(written)
	if age := duration(written.MaxAge); age > longestMaxAge {
		c.Report("api.cors.maxAge", strictyaml.Quote(written.MaxAge)+" is longer than 24h", "API Gateway's limit")
	}
	for i, route := range c.written.API.Routes {
		preflighted := func(m method) bool { return m == httpapi.AnyMethod || m == "OPTIONS" }
		if route.Path == httpapi.DefaultRoute || slices.ContainsFunc(route.Methods, preflighted) {
			c.Warn(strictyaml.IndexPath("api.routes", i), "takes browsers' preflight requests, which carry no token, and refuses them",
				"write its path and methods out, without OPTIONS, if browsers call it")
		}
	}
}

// corsHeaders holds lists of headers against what a browser makes of * in them (Fetch standard,
// "CORS-preflight fetch", "CORS non-wildcard request-header name", and "CORS check" of exposed
// headers).
func (c *checker) corsHeaders(written cors) {
	const allowed, exposed = "api.cors.allowHeaders", "api.cors.exposeHeaders"
	const literally = "with allowCredentials, browsers take * for a header of that name"
	token := slices.ContainsFunc(written.AllowHeaders, func(h corsHeader) bool { return strings.EqualFold(string(h), "authorization") })
	switch all := slices.Contains(written.AllowHeaders, anything); {
	case all && written.AllowCredentials:
		c.Report(allowed, literally, "name the headers, authorization among them")
	case all && !token:
		c.Report(allowed, "* does not cover authorization, which carries the token", "name it beside *")
	case len(written.AllowHeaders) > 0 && !token:
		c.Warn(allowed, "lacks authorization, which carries the token, so no browser can call the API", "add authorization")
	}
	if written.AllowCredentials && slices.Contains(written.ExposeHeaders, anything) {
		c.Report(exposed, literally, "name the headers")
	}
}
