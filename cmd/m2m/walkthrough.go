package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cognito-m2m/internal/local"
)

// walkThrough is what `m2m up` prints when it is ready: where things are, and
// commands that can be pasted as they are.
func walkThrough(d *local.Description) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nHTTP API        %s\nToken endpoint  %s\nIssuer          %s\nJWKS            %s\n\n",
		d.APIURL, d.TokenEndpoint, d.Issuer, d.JWKSURI)
	for _, route := range d.Routes {
		fmt.Fprintf(&b, "%-30s  %s\n", route.RouteKey, wanted(route.Scopes))
	}
	call, hasCall := firstCall(d.Routes)
	if hasCall {
		fmt.Fprintf(&b, "\n# Without a token: 401\ncurl -i %s%s\n", d.APIURL, call)
	}
	for _, name := range slices.Sorted(maps.Keys(d.Clients)) {
		b.WriteString(clientCommands(d, name))
	}
	return b.String()
}

func wanted(scopes []string) string {
	if len(scopes) == 0 {
		return "any token of a client above"
	}
	return strings.Join(scopes, " or ")
}

// clientCommands are the commands of one client: a token, and a call of every
// route that a plain GET reaches.
func clientCommands(d *local.Description, name string) string {
	client := d.Clients[name]
	token := strings.ToUpper(strings.ReplaceAll(name, "-", "_")) + "_TOKEN"
	request := fmt.Sprintf("curl -s -u %s:%s -d grant_type=client_credentials %s",
		client.ClientID, string(client.ClientSecret), d.TokenEndpoint)

	var b strings.Builder
	fmt.Fprintf(&b, "\n# %s (%s): a token, then calls with it\n%s\n", name, strings.Join(client.Scopes, " "), request)
	fmt.Fprintf(&b, "%s=$(%s | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')\n", token, request)
	for _, route := range d.Routes {
		if path, ok := callable(route.RouteKey); ok {
			fmt.Fprintf(&b, "curl -i -H \"Authorization: Bearer $%s\" %s%s\n", token, d.APIURL, path)
		}
	}
	return b.String()
}

// firstCall is the path of a route to try, one that any token opens if there is one.
func firstCall(routes []local.Route) (path string, ok bool) {
	sorted := slices.SortedStableFunc(slices.Values(routes), func(a, b local.Route) int {
		return cmp.Compare(len(a.Scopes), len(b.Scopes))
	})
	for _, route := range sorted {
		if path, ok := callable(route.RouteKey); ok {
			return path, true
		}
	}
	return "", false
}

// callable is the path of a route that a GET without further thought reaches.
func callable(routeKey string) (path string, ok bool) {
	method, path, found := strings.Cut(routeKey, " ")
	if !found || strings.Contains(path, "{") || (method != "GET" && method != "ANY") {
		return "", false
	}
	return path, true
}
