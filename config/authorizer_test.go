package config_test

import (
	"testing"
	"time"
)

func TestAuthorizer(t *testing.T) {
	t.Parallel()
	const none = -1
	for written, want := range map[string]time.Duration{
		"":                                    none,
		"authorizer: jwt":                     none,
		"authorizer: function":                time.Minute,
		"authorizer: {function: {ttl: 300}}":  5 * time.Minute,
		"authorizer: {function: {ttl: 0}}":    0,
		"authorizer: {function: {ttl: 0x1E}}": 30 * time.Second,
	} {
		got, problems := load(t, "dev.yaml", edit(t, "\napi:\n", "\napi:\n  "+written+"\n"))
		if problems != nil {
			t.Errorf("%s: %v", written, problems)
			continue
		}
		if authorizer := got.API.Authorizer; (authorizer == nil) != (want == none) || authorizer != nil && authorizer.TTL != want {
			t.Errorf("%s: %+v, want %v", written, authorizer, want)
		}
	}
	const (
		api  = "\napi:\n"
		hint = "(jwt, which is the default; function; or {function: {ttl: 60}})"
	)
	reject(t, map[string]faulty{
		"another word":  {api, api + "  authorizer: lambda\n", `15:15: api.authorizer: "lambda" is not a valid authorizer ` + hint},
		"a number":      {api, api + "  authorizer: 60\n", `15:15: api.authorizer: want a mapping, got "60"`},
		"empty":         {api, api + "  authorizer: {}\n", "15:3: api.authorizer.function: is missing (write function: {ttl: 60}, or the word function in place of the mapping)"},
		"no time":       {api, api + "  authorizer: {function: {}}\n", "15:16: api.authorizer.function.ttl: is missing (write ttl: 60, or the word function in place of the mapping)"},
		"too long":      {api, api + "  authorizer: {function: {ttl: 301}}\n", "15:32: api.authorizer.function.ttl: 301 is too large, at most 300 is allowed"},
		"below zero":    {api, api + "  authorizer: {function: {ttl: -1}}\n", "15:32: api.authorizer.function.ttl: -1 is too small, at least 0 is needed"},
		"half a second": {api, api + "  authorizer: {function: {ttl: 0.5}}\n", `15:32: api.authorizer.function.ttl: want a whole number, got "0.5"`},
	})
}

// TestAPIResources: what a stack takes is told at load, before a deployment could fail.
func TestAPIResources(t *testing.T) {
	t.Parallel()
	many := func(routes int) string {
		return repeat(148, "  c%d: {scopes: [test-api/read]}", "\n") + "\napi:\n  authorizer: function\n  routes:\n" +
			repeat(routes, "    - {path: /p%d, methods: [GET], scopes: []}", "\n") + "\n"
	}
	const upToClients = "name: dev\nresourceServers:\n  - {identifier: test-api, scopes: {read: Read, write: Write}}\nclients:\n  a: {scopes: [test-api/read]}\n  b: {scopes: [test-api/write]}\n"
	got, problems := load(t, "dev.yaml", upToClients+many(14))
	if problems != nil || got.APIResources() != 500 {
		t.Fatalf("problems %v, %+v", problems, got)
	}
	reject(t, map[string]faulty{
		"501": {"", upToClients + many(15), "4:1: clients: and everything beside them are 501 resources in the Api stack, at most 500 are allowed " +
			"(each client is 3, with secretReaders 4, each method of a route 1, each function 9; move clients to a group, a file of " +
			"environments/dev, which needs api: {authorizer: function})"},
	})
}
