package openapi

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"cognito-m2m/internal/offering"
)

// scheme is the name of the security scheme.
const scheme = "oauth2"

// errNoDomain is an environment where nobody gets a token.
var errNoDomain = errors.New("the user pool has no domain, and so no token endpoint: there is no way to a token that could be described")

// Describe describes the API of an environment.
func Describe(o *offering.Offer) (*Document, error) {
	if o.TokenEndpoint == "" {
		return nil, errNoDomain
	}
	d := &Document{
		OpenAPI:    "3.1.0",
		Info:       Info{Title: "m2m " + o.Environment, Version: "1", Description: introduction(o)},
		Servers:    []Server{server(o)},
		Paths:      map[string]PathItem{},
		Components: components(o),
	}
	for _, c := range layOut(o.Routes) {
		if d.Paths[c.path] == nil {
			d.Paths[c.path] = PathItem{}
		}
		d.Paths[c.path][strings.ToLower(c.method)] = operation(c)
	}
	return d, nil
}

func introduction(o *offering.Offer) string {
	text := "The HTTP API of the environment " + o.Environment + ", for servers, jobs and partners.\n\n" +
		"Get a token with the client id and secret (OAuth 2.0 client credentials), keep it until shortly before it expires, and send it as `Authorization: Bearer <token>`.\n"
	if o.Placeholders {
		text += "\nThe addresses have made-up parts: only a deployment or a run has real ones.\n"
	}
	if o.CORS {
		text += "\nAPI Gateway answers preflight requests of browsers itself, without a token.\n"
	}
	return text
}

func server(o *offering.Offer) Server {
	s := Server{URL: o.APIURL, Description: "The environment " + o.Environment}
	if o.Placeholders && strings.Contains(s.URL, offering.APIID) {
		s.URL = strings.ReplaceAll(s.URL, offering.APIID, "{apiId}")
		s.Variables = map[string]Variable{"apiId": {Default: offering.APIID, Description: "The id of the API. The output ApiUrl of the Api stack has the whole address."}}
	}
	return s
}

func operation(c call) *Operation {
	o := &Operation{
		OperationID: c.id,
		Description: c.description(),
		Parameters:  c.parameters(),
		Responses:   c.responses(),
		Security:    []map[string][]string{},
		RouteKey:    c.route.Key,
	}
	switch c.method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		o.RequestBody = &Reference{"#/components/requestBodies/Anything"}
	}
	if c.route.Authorizer == nil {
		return o
	}
	for _, scope := range c.route.Scopes {
		o.Security = append(o.Security, map[string][]string{scheme: {scope}})
	}
	if len(c.route.Scopes) == 0 {
		o.Security = append(o.Security, map[string][]string{scheme: {}})
	}
	return o
}

func (c call) description() string {
	text := ""
	if c.route.Description != "" {
		text = strings.TrimSpace(c.route.Description) + "\n\n"
	}
	switch scopes := c.route.Scopes; {
	case c.route.Authorizer == nil:
		text += "It is open: no token is needed."
	case len(scopes) == 0:
		text += "A token of any client opens it."
	case len(scopes) == 1:
		text += "A token with the scope " + scopes[0] + " opens it."
	default:
		text += "A token with one of these scopes opens it: " + strings.Join(scopes, ", ") + "."
	}
	if c.route.Rate != nil && c.route.Burst != nil {
		text += fmt.Sprintf(" It takes %s requests a second, %d at once.", strconv.FormatFloat(*c.route.Rate, 'f', -1, 64), *c.route.Burst)
	}
	return text
}

// responses are the answers of a call. Those to HEAD have no body.
func (c call) responses() map[string]any {
	named := map[string]string{"200": "Answered", "429": "TooManyRequests", "default": "Other"}
	if a := c.route.Authorizer; a != nil {
		switch {
		case a.Function:
			named["401"], named["403"] = "NoToken", "Refused"
		case len(c.route.Scopes) > 0:
			named["401"], named["403"] = "Unauthorized", "Forbidden"
		default:
			named["401"] = "Unauthorized"
		}
	}
	responses := map[string]any{}
	for status, name := range named {
		responses[status] = Reference{"#/components/responses/" + name}
		if c.method == http.MethodHead {
			response := answers[name]
			response.Content = nil
			responses[status] = response
		}
	}
	return responses
}

func components(o *offering.Offer) Components {
	scopes := map[string]string{}
	for _, s := range o.Scopes {
		scopes[s.Name] = s.Description
	}
	used := map[string]Response{}
	for _, name := range []string{"Answered", "TooManyRequests", "Other"} {
		used[name] = answers[name]
	}
	for _, r := range o.Routes {
		switch {
		case r.Authorizer == nil:
		case r.Authorizer.Function:
			used["NoToken"], used["Refused"] = answers["NoToken"], answers["Refused"]
		default:
			used["Unauthorized"], used["Forbidden"] = answers["Unauthorized"], answers["Forbidden"]
		}
	}
	anything := MediaType{Schema: map[string]any{}}
	return Components{
		SecuritySchemes: map[string]SecurityScheme{scheme: {
			Type:        "oauth2",
			Description: "Client id and secret as HTTP Basic, or in the form. A token without the parameter scope has all scopes of its client.",
			Flows:       Flows{ClientCredentials{TokenURL: o.TokenEndpoint, Scopes: scopes}},
		}},
		Parameters: map[string]Parameter{"Query": {
			Name: "query", In: "query", Description: "Any parameters; the function gets them all.", Style: "form", Explode: true,
			Schema: map[string]any{"additionalProperties": true},
		}},
		RequestBodies: map[string]RequestBody{"Anything": {
			Description: "Up to 10 MB of anything; what is not text reaches the function as base64.",
			Content:     map[string]MediaType{"application/json": anything, "text/plain": anything, "application/octet-stream": anything},
		}},
		Responses: used,
	}
}
