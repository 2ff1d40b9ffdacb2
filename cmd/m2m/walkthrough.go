package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cognito-m2m/internal/printable"
	"cognito-m2m/internal/serving"
)

// walkThrough is what `m2m up` prints when it is ready: where things are, and commands that can be
// pasted as they are.
func walkThrough(d *serving.Description) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nHTTP API        %s\nToken endpoint  %s\nIssuer          %s\nJWKS            %s\nAWS endpoint    %s\n",
		d.APIURL, d.TokenEndpoint, d.Issuer, d.JWKSURI, d.AWSEndpoint)
	if d.PageURL != "" {
		fmt.Fprintf(&b, "Page            %s\n%s\n", d.PageURL, pageNote)
	}
	b.WriteString("\n")
	for _, route := range d.Routes {
		fmt.Fprintf(&b, "%-30s  %s\n", printable.Text(route.RouteKey), printable.Text(wanted(route)))
	}
	if path, ok := firstProtected(d.Routes); ok {
		fmt.Fprintf(&b, "\n# Without a token: 401\n%s\n", call(d, "", path))
	}
	if d.TokenEndpoint == "" {
		b.WriteString("\nThe user pool has no domain, and so no token endpoint.\n")
		return b.String() + awsCommand(d)
	}
	const few = 10
	names, left := first(slices.Sorted(maps.Keys(d.Clients)), few)
	for _, name := range names {
		b.WriteString(clientCommands(d, name))
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n# %d more clients: `m2m clients` lists them, and `m2m token CLIENT` gets a token of one\n", left)
	}
	return b.String() + awsCommand(d)
}

// awsCommand asks AWS's own APIs. It says the endpoint twice: newer SDKs take the variable, and an
// AWS CLI from before version 2.13 would ask AWS in spite of it (docs/clients.md). A session token
// of the shell's own credentials does not belong to this key.
func awsCommand(d *serving.Description) string {
	return fmt.Sprintf("\n# AWS's own APIs with the AWS CLI; the variables are what an AWS SDK needs, too\n"+
		"AWS_ENDPOINT_URL=%s AWS_DEFAULT_REGION=%s AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s AWS_SESSION_TOKEN= \\\n"+
		"  aws --endpoint-url %[1]s secretsmanager list-secrets --query 'SecretList[].Name' --output text\n",
		d.AWSEndpoint, shellWord(printable.Text(d.Region)), d.AccessKeyID, string(d.SecretAccessKey))
}

func wanted(route serving.Route) string {
	switch {
	case isOpen(route):
		return "open: no token is needed"
	case route.Scopes == nil:
		return "what the authorizer's function lets in"
	case len(route.Scopes) == 0:
		return "any token of a client below"
	}
	return strings.Join(route.Scopes, " or ")
}

// clientCommands are the commands of one client: a token, and a call of every route that a plain
// GET reaches.
func clientCommands(d *serving.Description, name string) string {
	client, token := d.Clients[name], tokenVariable(name)
	title := printable.Text(fmt.Sprintf("%s (%s)", name, strings.Join(client.Scopes, " ")))
	if client.ClientSecret == "" {
		return fmt.Sprintf("\n# %s: not rotated yet, so it has no secret\n", title)
	}
	request := fmt.Sprintf(`curl -s -w '\n' -u %s:%s -d grant_type=client_credentials %s`,
		client.ClientID, string(client.ClientSecret), d.TokenEndpoint)

	var b strings.Builder
	fmt.Fprintf(&b, "\n# %s: a token, then calls with it\n%s\n", title, request)
	fmt.Fprintf(&b, "%s=$(%s | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')\n", token, request)
	for _, route := range d.Routes {
		if path, ok := callable(route.RouteKey); ok {
			fmt.Fprintln(&b, call(d, `-H "Authorization: Bearer $`+token+`" `, path))
		}
	}
	return b.String()
}

// call is a curl command whose answer ends in a new line. The path is the template's, and will be
// pasted into a shell.
func call(d *serving.Description, header, path string) string {
	return fmt.Sprintf(`curl -i -w '\n' %s%s`, header, shellWord(printable.Text(d.APIURL+path)))
}

// notInVariable is what a client's name may hold and a shell variable's may not.
var notInVariable = regexp.MustCompile(`[^A-Z0-9_]+`)

func tokenVariable(client string) string {
	return "TOKEN_" + notInVariable.ReplaceAllString(strings.ToUpper(client), "_")
}

func isOpen(route serving.Route) bool {
	return route.Authorization != "JWT" && route.Authorization != "CUSTOM"
}

// firstProtected is the path of a route that requires a token; what the function of somebody else
// answers without one is not known.
func firstProtected(routes []serving.Route) (path string, ok bool) {
	for _, route := range routes {
		if path, ok := callable(route.RouteKey); ok && !isOpen(route) && route.Scopes != nil {
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
