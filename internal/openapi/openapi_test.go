package openapi_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/access"
	"cognito-m2m/internal/offering"
	"cognito-m2m/internal/openapi"
)

var jwt = &access.Authorizer{Name: "Jwt", Header: "Authorization"}

// offer is an environment with these routes, each with the scopes behind its key.
func offer(authorizer *access.Authorizer, routes ...[]string) *offering.Offer {
	o := &offering.Offer{
		Environment: "dev", APIURL: "https://api.example.com", TokenEndpoint: "https://auth.example.com/oauth2/token",
		Scopes: []offering.Scope{{Name: "orders/read", Description: "Read orders"}, {Name: "orders/write"}},
	}
	for _, r := range routes {
		o.Routes = append(o.Routes, offering.Route{Route: access.Route{Key: r[0], Scopes: r[1:], Authorizer: authorizer}})
	}
	return o
}

func describe(t *testing.T, o *offering.Offer) *openapi.Document {
	t.Helper()
	d, err := openapi.Describe(o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// operations are the routes that a document's operations come from, by method and path.
func operations(d *openapi.Document) map[string]string {
	found := map[string]string{}
	for path, item := range d.Paths {
		for method, o := range item {
			found[strings.ToUpper(method)+" "+path] = o.RouteKey
		}
	}
	return found
}

// each is an entry for each method, but for those in without.
func each(key, path string, without ...string) map[string]string {
	all := map[string]string{}
	for method := range strings.FieldsSeq("GET HEAD POST PUT PATCH DELETE OPTIONS") {
		if !slices.Contains(without, method) {
			all[method+" "+path] = key
		}
	}
	return all
}

func together(all ...map[string]string) map[string]string {
	merged := map[string]string{}
	for _, one := range all {
		maps.Copy(merged, one)
	}
	return merged
}

func TestPaths(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		keys []string
		want map[string]string
	}{
		"a path": {[]string{"GET /orders"}, map[string]string{"GET /orders": "GET /orders"}},
		"ANY":    {[]string{"ANY /orders"}, each("ANY /orders", "/orders")},
		"ANY beside a method of its own": {
			[]string{"ANY /orders", "GET /orders"},
			together(each("ANY /orders", "/orders", "GET"), map[string]string{"GET /orders": "GET /orders"}),
		},
		"the name of a parameter is that of the first": {
			[]string{"GET /orders/{id}", "PUT /orders/{order}"},
			map[string]string{"GET /orders/{id}": "GET /orders/{id}", "PUT /orders/{id}": "PUT /orders/{order}"},
		},
		"greedy": {[]string{"GET /files/{proxy+}"}, map[string]string{"GET /files/{proxy}": "GET /files/{proxy+}"}},
		"greedy beside one segment takes longer paths": {
			[]string{"GET /files/{proxy+}", "GET /files/{name}"},
			map[string]string{"GET /files/{name}": "GET /files/{name}", "GET /files/{segment1}/{name}": "GET /files/{proxy+}"},
		},
		"greedy beside one segment of another method": {
			[]string{"POST /files/{proxy+}", "GET /files/{name}"},
			map[string]string{"GET /files/{name}": "GET /files/{name}", "POST /files/{name}": "POST /files/{proxy+}"},
		},
		"$default alone": {[]string{"$default"}, together(each("$default", "/"), each("$default", "/{path}"))},
		"$default beside everything": {
			[]string{"$default", "ANY /{proxy+}", "GET /"},
			together(map[string]string{"GET /": "GET /"}, each("$default", "/", "GET"), each("ANY /{proxy+}", "/{proxy}")),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var routes [][]string
			for _, key := range c.keys {
				routes = append(routes, []string{key})
			}
			if diff := cmp.Diff(c.want, operations(describe(t, offer(jwt, routes...)))); diff != "" {
				t.Errorf("routes by operation (-want +got):\n%s", diff)
			}
		})
	}
}

// TestParameters: each parameter of a path is described, and operation ids are not repeated.
func TestParameters(t *testing.T) {
	t.Parallel()
	d := describe(t, offer(jwt, []string{"GET /a/{x}/b-c/{rest+}"}, []string{"PUT /a/{y}/b-c/{z}"}, []string{"GET /a/{x}/b/c/{rest+}"}, []string{"$default"}))
	ids := map[string]bool{}
	for path, item := range d.Paths {
		for method, o := range item {
			if ids[o.OperationID] {
				t.Errorf("two operations are called %s", o.OperationID)
			}
			ids[o.OperationID] = true
			for _, p := range o.Parameters {
				if p.Ref == "" && (p.In != "path" || !p.Required || !strings.Contains(path, "{"+p.Name+"}")) {
					t.Errorf("%s %s: %+v", method, path, p)
				}
			}
			if got, want := len(o.Parameters), strings.Count(path, "{")+1; got != want {
				t.Errorf("%s %s has %d parameters, want %d", method, path, got, want)
			}
		}
	}
	put := d.Paths["/a/{y}/b-c/{z}"]["put"]
	if got := describe(t, offer(jwt, []string{"GET /a/{x}"}, []string{"PUT /a/{y}"})).Paths["/a/{x}"]["put"].Parameters[0].Description; !strings.Contains(got, "gets it as y") {
		t.Errorf("of a parameter with another name: %q", got)
	}
	if put == nil || !ids["getAByXBCByRest"] {
		t.Errorf("operations %v", ids)
	}
}

// TestSecurity: one of a route's scopes suffices, so each is a way of its own.
func TestSecurity(t *testing.T) {
	t.Parallel()
	o := offer(jwt, []string{"GET /any"}, []string{"GET /one", "orders/read"}, []string{"GET /two", "orders/read", "orders/write"}, []string{"GET /open"})
	o.Routes[3].Authorizer = nil
	d := describe(t, o)
	for path, want := range map[string][]map[string][]string{
		"/any":  {{"oauth2": {}}},
		"/one":  {{"oauth2": {"orders/read"}}},
		"/two":  {{"oauth2": {"orders/read"}}, {"oauth2": {"orders/write"}}},
		"/open": {},
	} {
		if diff := cmp.Diff(want, d.Paths[path]["get"].Security); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	flow := d.Components.SecuritySchemes["oauth2"].Flows.ClientCredentials
	if flow.TokenURL != o.TokenEndpoint || flow.Scopes["orders/read"] != "Read orders" || len(flow.Scopes) != 2 {
		t.Errorf("the flow is %+v", flow)
	}
}

// TestAnswers: an answer is described where it can come, in the form that API Gateway gives it.
func TestAnswers(t *testing.T) {
	t.Parallel()
	function := &access.Authorizer{Name: "Function", Header: "Authorization", Function: true}
	for name, c := range map[string]struct {
		authorizer *access.Authorizer
		scopes     []string
		want       map[string]string
	}{
		"open":                    {nil, nil, map[string]string{"429": "Too Many Requests"}},
		"any token":               {jwt, nil, map[string]string{"401": "Unauthorized, www-authenticate", "429": "Too Many Requests"}},
		"a scope":                 {jwt, []string{"orders/read"}, map[string]string{"401": "Unauthorized, www-authenticate", "403": "Forbidden, www-authenticate", "429": "Too Many Requests"}},
		"a function":              {function, nil, map[string]string{"401": "Unauthorized", "403": "Forbidden", "429": "Too Many Requests"}},
		"a function with a scope": {function, []string{"orders/read"}, map[string]string{"401": "Unauthorized", "403": "Forbidden", "429": "Too Many Requests"}},
	} {
		o := offer(c.authorizer, append([]string{"ANY /orders"}, c.scopes...))
		d := describe(t, o)
		for method, operation := range d.Paths["/orders"] {
			got := map[string]string{}
			for status, answer := range operation.Responses {
				if status == "200" || status == "default" { // the function's
					continue
				}
				if response, isWhole := answer.(openapi.Response); isWhole {
					if method == "head" && response.Content != nil {
						t.Errorf("%s: the answer %s to HEAD has a body", name, status)
					}
					continue
				}
				reference := answer.(openapi.Reference)
				response := d.Components.Responses[strings.TrimPrefix(reference.Ref, "#/components/responses/")]
				schema := response.Content["application/json"].Schema
				got[status] = schema["properties"].(map[string]any)["message"].(map[string]any)["const"].(string)
				if response.Headers["www-authenticate"].Required {
					got[status] += ", www-authenticate"
				}
			}
			if method == "head" {
				for status := range c.want {
					if operation.Responses[status] == nil {
						t.Errorf("%s: HEAD has no answer %s", name, status)
					}
				}
				continue
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s: answers to %s (-want +got):\n%s", name, method, diff)
			}
		}
	}
}

// TestForms: YAML and JSON say the same, in the same order each time, whatever is in a description.
func TestForms(t *testing.T) {
	t.Parallel()
	o := offer(jwt, []string{"ANY /{proxy+}", "orders/read"}, []string{"$default"})
	o.Routes[0].Description = "Lists <b>all</b>: \"orders\" # of a day\n\n  - indented\n'yes' ☃ \u2028 end "
	o.Placeholders, o.APIURL, o.CORS = true, "https://"+offering.APIID+".execute-api.eu-west-1.amazonaws.com", true
	var asYAML, again, asJSON bytes.Buffer
	for _, err := range []error{describe(t, o).WriteYAML(&asYAML), describe(t, o).WriteYAML(&again), describe(t, o).WriteJSON(&asJSON)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if asYAML.String() != again.String() {
		t.Error("the same document is written in two ways")
	}
	var fromYAML, fromJSON any
	if err := yaml.Unmarshal(asYAML.Bytes(), &fromYAML); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(asJSON.Bytes(), &fromJSON); err != nil {
		t.Fatal(err)
	}
	normal, err := json.Marshal(fromYAML)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(normal, &fromYAML); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fromJSON, fromYAML); diff != "" {
		t.Errorf("JSON and YAML (-JSON +YAML):\n%s", diff)
	}
	server := describe(t, o).Servers[0]
	if server.URL != "https://{apiId}.execute-api.eu-west-1.amazonaws.com" || server.Variables["apiId"].Default == "" {
		t.Errorf("the server of a placeholder is %+v", server)
	}
	if strings.Contains(asYAML.String(), " \n") {
		t.Error("lines end in spaces")
	}
}

// TestNoTokenEndpoint: without one there is no way to a token, and so no description.
func TestNoTokenEndpoint(t *testing.T) {
	t.Parallel()
	o := offer(jwt, []string{"GET /"})
	o.TokenEndpoint = ""
	if _, err := openapi.Describe(o); err == nil || !strings.Contains(err.Error(), "no domain") {
		t.Errorf("got %v", err)
	}
}
