package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSyntax(t *testing.T) {
	t.Parallel()
	reject(t, map[string]faulty{
		"open list":        {new: "name: dev\nclients: [a\n", want: "2:10: is not YAML: sequence end token ']' not found"},
		"braces in braces": {new: "a: {path: /x/{id}}\n", want: "1:14: is not YAML: ',' or '}' must be specified (between braces, put text that has braces itself in quotes)"},
		"open quote":       {new: "name: 'dev\n", want: "1:7: is not YAML: could not find end character of single-quoted text"},
		"two documents":    {new: valid + "---\n" + valid, want: "20:1: has 2 YAML documents (write one environment per file)"},
		"brackets":         {new: strings.Repeat("[", 200), want: "1:101: is not YAML: nesting is too deep"},
		"lists in a line":  {new: strings.Repeat("- ", 600), want: "1:1001: is not YAML: nesting is too deep"},
		"a list":           {new: "- name: dev\n", want: "1:1: want a mapping, got a list"},
		"text":             {new: "dev\n", want: `1:1: want a mapping, got "dev"`},
		"alias without":    {new: "*dev\n", want: "1:1: there is no anchor of this name above"},
		"null":             {new: "~\n", want: "1:1: has no value (give it one, or remove the key)"},
		"tag":              {"name: dev", "name: !!str dev", "1:7: name: YAML tags are not part of the format"},
		"list for text":    {"name: dev", "name: [dev]", "1:1: name: want text, got a list"},
		"mapping for text": {"name: dev", "name: {dev: dev}", "1:1: name: want text, got a mapping"},
		"text for mapping": {`domain: {prefix: ""}`, "domain: acme", `4:11: identity.domain: want a mapping, got "acme"`},
		"text for entries": {"  reader: {scopes: [test-api/read]}\n  writer: {scopes: [test-api/write]}", "  reader", `12:3: clients: want a mapping, got "reader"`},
		"list for a map":   {"{rate: 100, burst: 200}", "[100, 200]", "18:3: api.throttle: want a mapping, got a list"},
		"item for route":   {"    - {path: /test_jwt, methods: [ANY], scopes: []}", "    - /test_jwt", `16:7: api.routes[0]: want a mapping, got "/test_jwt"`},
		"empty item":       {"    - {path: /test_jwt, methods: [ANY], scopes: []}", "    -", "16:6: api.routes[0]: has no value (give it one, or remove the key)"},
		"text for number":  {"rate: 100", "rate: 1e400", `18:20: api.throttle.rate: want a number, got "1e400"`},
		"line break":       {"name: dev", `name: "d\nev"`, `1:7: name: "d\nev" is not a valid environment name (2 to 20 lower-case letters, digits and hyphens, a letter first, no hyphen last)`},
	})
}

func TestEmptyFilesAndSizes(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ content, want string }{
		"nothing":       {"", "environments/dev.yaml: is empty (start from environments/dev.yaml)"},
		"comments":      {"# one\n# two\n", "environments/dev.yaml: is empty (start from environments/dev.yaml)"},
		"document mark": {"---\n", "environments/dev.yaml: is empty (start from environments/dev.yaml)"},
		"too large":     {valid + strings.Repeat("#", 256<<10), "environments/dev.yaml: has more than 262144 bytes, which is the limit"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := load(t, "dev.yaml", c.content)
			if diff := cmp.Diff([]string{c.want}, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	reject(t, map[string]faulty{
		"top level":       {"region:", "regoin:", `2:1: regoin: unknown key (did you mean "region"?)`},
		"required one":    {"writer: {scopes:", "writer: {scope:", `13:12: clients.writer.scope: unknown key (did you mean "scopes"?)`},
		"nothing like it": {"burst: 200", "quota: 5", "18:25: api.throttle.quota: unknown key (known: rate, burst)"},
		"later version":   {`domain: {prefix: ""}`, "customDomain: {name: x}", "4:3: identity.customDomain: unknown key (known: domain, featurePlan, issuerType, deletionProtection, removing)"},
		"capitals":        {"rate: 100", "Rate: 100", `18:14: api.throttle.Rate: unknown key (did you mean "rate"?)`},
		"not plain":       {"region:", "\"a b\":", `2:1: ["a b"]: unknown key (known: name, match, region, account, tags, identity, resourceServers, clients, secrets, api, functions, logs, alarms, dashboard, tracing)`},
		"twice":           {"region: ap-northeast-1\n", "name: other\n", "2:1: name: duplicate key (it is already on line 1)"},
		"twice, nested":   {"writer: {scopes:", "reader: {scopes:", "13:3: clients.reader: duplicate key (it is already on line 12)"},
		"twice, inline":   {"rate: 100,", "rate: 100, rate: 5,", "18:25: api.throttle.rate: duplicate key (it is already on line 18)"},
		"twice, scopes":   {"write: Write test data", "read: Write test data", "10:7: resourceServers[0].scopes.read: duplicate key (it is already on line 9)\n13:21: clients.writer.scopes[0]: unknown scope \"test-api/write\" (known: test-api/read)"},
	})
}

// One run tells everything: the unknown key, the wrong type and the broken rules, in the order of the file.
func TestAllProblemsAreReportedTogether(t *testing.T) {
	t.Parallel()
	reject(t, map[string]faulty{"many": {new: `name: deV
reigon: ap-northeast-1
identity: {deletionProtection: 1}
resourceServers:
  - identifier: test-api
    scopes: {read: Read test data, write: ""}
clients:
  reader: {scopes: [test-api/rad], accessTokenValidity: 2m}
  Writer: {scopes: []}
api:
  routes:
    - {path: test_jwt, methods: [ANY, GIT]}
    - {path: "/a/{x}", methods: [GET], scopes: [test-api/raed], function: ecko}
    - {path: "/a/{y}", methods: [GET], scopes: []}
  throttle: {rate: many, burst: -1}
  throttle: {}
`, want: `1:7: name: "deV" is not a valid environment name (2 to 20 lower-case letters, digits and hyphens, a letter first, no hyphen last)
2:1: reigon: unknown key (did you mean "region"?)
3:32: identity.deletionProtection: want true or false, got "1"
6:43: resourceServers[0].scopes.write: "" is not a valid scope description (1 to 256 characters)
8:21: clients.reader.scopes[0]: unknown scope "test-api/rad" (did you mean "test-api/read"?)
8:57: clients.reader.accessTokenValidity: "2m" is outside 5m to 24h (Cognito's range for access tokens)
9:3: clients.Writer: "Writer" is not a valid client name (1 to 31 lower-case letters, digits and hyphens, a letter first)
9:12: clients.Writer.scopes: has no scopes (add at least one; Cognito answers invalid_scope to a client without scopes)
12:7: api.routes[0].scopes: is missing (write [] to accept any token of a known client)
12:14: api.routes[0].path: "test_jwt" is not a valid route path ("/" or "/"-separated segments of letters, digits, . _ ~ : @ - and {parameters}; no "/" last; {proxy+} last only)
12:39: api.routes[0].methods[1]: unknown HTTP method "GIT" (did you mean "GET"?)
13:49: api.routes[1].scopes[0]: unknown scope "test-api/raed" (did you mean "test-api/read"?)
13:75: api.routes[1].function: no function "ecko": lambda/ecko/main.go is not there (did you mean "echo"?)
14:7: api.routes[2]: duplicate route "GET /a/{y}" (it matches the same requests as "GET /a/{x}" at api.routes[1])
15:20: api.throttle.rate: want a number, got "many"
15:33: api.throttle.burst: -1 is too small, it must be above 0
16:3: api.throttle: duplicate key (it is already on line 15)`}})
}

func TestLineEndingsAndByteOrderMark(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ content, want string }{
		"CRLF": {strings.ReplaceAll(valid, "\n", "\r\n"), ""},
		"BOM":  {"\ufeff" + valid, ""},
		"CRLF with a mistake": {
			strings.ReplaceAll(edit(t, "[test-api/write]", "[test-api/wirte]"), "\n", "\r\n"),
			`environments/dev.yaml:13:21: clients.writer.scopes[0]: unknown scope "test-api/wirte" (did you mean "test-api/write"?)`,
		},
		"BOM with a mistake": {
			"\ufeff" + edit(t, "name: dev", "nme: dev"),
			`environments/dev.yaml:1:1: nme: unknown key (did you mean "name"?)`,
		},
		"characters, not bytes": {
			edit(t, "{rate: 100, burst: 200}", "{\"é\": 100, burst: 0}"),
			"environments/dev.yaml:18:14: api.throttle[\"é\"]: unknown key (known: rate, burst)\n" +
				"environments/dev.yaml:18:31: api.throttle.burst: 0 is too small, it must be above 0",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := load(t, "dev.yaml", c.content)
			if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
