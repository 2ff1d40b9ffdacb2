package gateway

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
)

func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions &&
		r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}

// replaceHeaders drops the CORS headers of a function's response and adds the API's own, on
// refusals too, since a browser would otherwise hide a 401 from the page.
//
// Parity: CORS: headers on refusals
func (c *CORS) replaceHeaders(header http.Header, origin string, preflight bool) {
	maps.DeleteFunc(header, func(name string, _ []string) bool { return strings.HasPrefix(name, "Access-Control-") })
	if origin = c.allowedOrigin(origin); origin == "" {
		return
	}
	header.Set("Access-Control-Allow-Origin", origin)
	if origin != "*" {
		header.Add("Vary", "Origin")
	}
	if c.AllowCredentials {
		header.Set("Access-Control-Allow-Credentials", "true")
	}
	if !preflight {
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
