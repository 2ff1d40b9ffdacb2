package gateway

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// CORS is an API's CorsConfiguration. With it the gateway answers preflight requests itself and replaces whatever
// CORS headers a function sends.
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

// answerPreflight replies to a preflight request (Fetch standard, section 3.2.2), whether or not it has a route. The
// exception is AWS's: on a route with an authorizer, which ANY and $default routes often are, the preflight is
// refused like any request without a token (API Gateway developer guide on $default; anomalyco/sst #5493 on ANY).
//
// Parity: CORS: form of the preflight response
func (g *Gateway) answerPreflight(x *exchange) *refusal {
	if g.api.CORS == nil || !isPreflight(x.request) {
		return nil
	}
	if matched, _, found := g.routes.Match(x.request.Method, x.routePath); found && matched.authorizer != nil {
		return nil
	}
	x.preflight = true
	x.reply = &reply{status: http.StatusNoContent, header: http.Header{}}
	return nil
}

func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions &&
		r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}

// replaceHeaders drops the CORS headers of a function's response and adds the API's own, on refusals too, since a
// browser would otherwise hide a 401 from the page.
//
// Parity: CORS: headers on refusals
func (c *CORS) replaceHeaders(x *exchange) {
	header := x.reply.header
	maps.DeleteFunc(header, func(name string, _ []string) bool { return strings.HasPrefix(name, "Access-Control-") })
	origin := c.allowedOrigin(x.request.Header.Get("Origin"))
	if origin == "" {
		return
	}
	header.Set("Access-Control-Allow-Origin", origin)
	if origin != "*" {
		header.Add("Vary", "Origin")
	}
	if c.AllowCredentials {
		header.Set("Access-Control-Allow-Credentials", "true")
	}
	if !x.preflight {
		setList(header, "Access-Control-Expose-Headers", c.ExposeHeaders)
		return
	}
	setList(header, "Access-Control-Allow-Methods", c.AllowMethods)
	setList(header, "Access-Control-Allow-Headers", c.AllowHeaders)
	if c.MaxAge != nil {
		header.Set("Access-Control-Max-Age", strconv.Itoa(*c.MaxAge))
	}
}

func setList(header http.Header, name string, values []string) {
	if len(values) > 0 {
		header.Set(name, strings.Join(values, ","))
	}
}

// allowedOrigin is the access-control-allow-origin value for an origin, "" if it gets none.
func (c *CORS) allowedOrigin(origin string) string {
	for _, allowed := range c.AllowOrigins {
		scheme, isPattern := strings.CutSuffix(allowed, "*")
		switch {
		case origin == "":
			return ""
		case allowed == "*":
			return "*"
		case allowed == origin, isPattern && strings.HasSuffix(scheme, "://") && strings.HasPrefix(origin, scheme):
			return origin
		}
	}
	return ""
}
