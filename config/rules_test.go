package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// repeat joins n filled-in copies of a pattern with one %d.
func repeat(n int, pattern, separator string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = fmt.Sprintf(pattern, i)
	}
	return strings.Join(parts, separator)
}

type faulty struct {
	old, new string // one edit of the valid file; old "": the whole file
	want     string // every line that is reported, without the file's name
}

// reject checks that each file is refused with exactly the wanted lines.
func reject(t *testing.T, cases map[string]faulty) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content := c.new
			if c.old != "" {
				content = edit(t, c.old, c.new)
			}
			_, got := load(t, "dev.yaml", content)
			for i, line := range got {
				got[i] = strings.TrimPrefix(line, "environments/dev.yaml:")
			}
			if diff := cmp.Diff(strings.Split(c.want, "\n"), got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	const environmentHint = "(2 to 20 lower-case letters, digits and hyphens, a letter first, no hyphen last)"
	reject(t, map[string]faulty{
		"no name":             {"name: dev\n", "", "1:1: name: is missing (write the file's name without .yaml)"},
		"another name":        {"name: dev", "name: dve", `1:7: name: "dve" is not the file's name "dev" (rename one of them)`},
		"capitals":            {"name: dev", "name: Dev", `1:7: name: "Dev" is not a valid environment name ` + environmentHint},
		"one letter":          {"name: dev", "name: d", `1:7: name: "d" is not a valid environment name ` + environmentHint},
		"21 letters":          {"name: dev", "name: a23456789012345678901", `1:7: name: "a23456789012345678901" is not a valid environment name ` + environmentHint},
		"Region shape":        {"ap-northeast-1", "Tokyo", `2:9: region: "Tokyo" is not a valid Region (for example ap-northeast-1)`},
		"Region without part": {"ap-northeast-1", "ap-1", `2:9: region: "ap-1" is not a valid Region (for example ap-northeast-1)`},
		"account length":      {"region: ap-northeast-1", "account: \"12345678901\"", `2:10: account: "12345678901" is not a valid account (twelve digits)`},
		"account as number":   {"region: ap-northeast-1", "account: 123456789012", `2:10: account: want text, got 123456789012 (put it in quotes: "123456789012")`},
	})
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	const prefixHint = "(1 to 63 lower-case letters, digits and hyphens, no hyphen first or last; empty to derive it)"
	reject(t, map[string]faulty{
		"prefix with capitals": {`prefix: ""`, "prefix: Acme", `4:20: identity.domain.prefix: "Acme" is not a valid domain prefix ` + prefixHint},
		"prefix ends in -":     {`prefix: ""`, "prefix: acme-", `4:20: identity.domain.prefix: "acme-" is not a valid domain prefix ` + prefixHint},
		"prefix of 64":         {`prefix: ""`, "prefix: " + strings.Repeat("a", 64), `4:20: identity.domain.prefix: "` + strings.Repeat("a", 64) + `" is not a valid domain prefix ` + prefixHint},
		"prefix with aws":      {`prefix: ""`, "prefix: my-aws-api", `4:20: identity.domain.prefix: "my-aws-api" contains the reserved word "aws" (Cognito refuses it in a domain)`},
		"prefix with amazon":   {`prefix: ""`, "prefix: amazon-orders", `4:20: identity.domain.prefix: "amazon-orders" contains the reserved word "amazon" (Cognito refuses it in a domain)`},
		"prefix with cognito":  {`prefix: ""`, "prefix: orders-cognito", `4:20: identity.domain.prefix: "orders-cognito" contains the reserved word "cognito" (Cognito refuses it in a domain)`},
		"prefix of a word":     {`prefix: ""`, "prefix: aws", `4:20: identity.domain.prefix: "aws" contains the reserved word "aws" (Cognito refuses it in a domain)`},
		"protection as text":   {"deletionProtection: false", "deletionProtection: yes", `5:23: identity.deletionProtection: want true or false, got "yes"`},
	})
}

func TestReservedWordInDerivedPrefix(t *testing.T) {
	t.Parallel()
	named := strings.Replace(valid, "name: dev", "name: dev-aws", 1)
	_, got := load(t, "dev-aws.yaml", named)
	want := []string{`environments/dev-aws.yaml:1:7: name: the domain derived from "dev-aws" contains the reserved word "aws" (rename the environment, or set identity.domain.prefix)`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("derived prefix (-want +got):\n%s", diff)
	}
	if _, got := load(t, "dev-aws.yaml", strings.Replace(named, `prefix: ""`, "prefix: acme", 1)); got != nil {
		t.Errorf("with a prefix of its own: %v", got)
	}
}

// A reserved word counts as a whole part between hyphens alone.
func TestReservedWordInsideAnother(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"paws", "my-awsome-app", "laws-and-orders", "flaws"} {
		if _, got := load(t, "dev.yaml", edit(t, `prefix: ""`, "prefix: "+prefix)); got != nil {
			t.Errorf("prefix %s: %v", prefix, got)
		}
	}
	if _, got := load(t, "paws.yaml", strings.Replace(valid, "name: dev", "name: paws", 1)); got != nil {
		t.Errorf("the prefix derived from paws: %v", got)
	}
}

const productionHint = "(write deletionProtection: true; or removing: true beside it, if the environment is to be removed)"

func TestProductionIsProtected(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"prod", "production", "prod-eu", "eu-prod"} {
		unprotected := strings.Replace(valid, "name: dev", "name: "+name, 1)
		want := []string{"environments/" + name + ".yaml:5:23: identity.deletionProtection: must be true in production " + productionHint}
		_, got := load(t, name+".yaml", unprotected)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		without := strings.Replace(unprotected, "identity:\n  domain: {prefix: \"\"}\n  deletionProtection: false\n", "", 1)
		want[0] = strings.Replace(want[0], "5:23", "1:1", 1)
		_, got = load(t, name+".yaml", without)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s without identity (-want +got):\n%s", name, diff)
		}
	}
	for _, name := range []string{"product", "pre-prod", "non-prod"} {
		if _, got := load(t, name+".yaml", strings.Replace(valid, "name: dev", "name: "+name, 1)); got != nil {
			t.Errorf("%s is taken for production: %v", name, got)
		}
	}
}

// TestRemovingProduction: the one way to a production environment that can be removed.
func TestRemovingProduction(t *testing.T) {
	t.Parallel()
	prod := strings.Replace(valid, "name: dev", "name: prod", 1)
	for keys, want := range map[string]string{
		"deletionProtection: false\n  removing: true":  "",
		"deletionProtection: false\n  removing: false": "5:23: identity.deletionProtection: must be true in production " + productionHint,
		"deletionProtection: true\n  removing: true":   "6:13: identity.removing: can't be true beside deletionProtection: true (a protected environment can't be removed; change one of them)",
		"removing: true": "5:13: identity.removing: needs deletionProtection: false beside it (write both)",
		"deletionProtection: true\n  removing: false": "",
	} {
		_, got := load(t, "prod.yaml", strings.Replace(prod, "deletionProtection: false", keys, 1))
		if text := strings.TrimPrefix(strings.Join(got, "\n"), "environments/prod.yaml:"); text != want {
			t.Errorf("%q: got %q, want %q", keys, text, want)
		}
	}
}

func TestResourceServers(t *testing.T) {
	t.Parallel()
	const (
		block   = "\n  - identifier: test-api\n    scopes:\n      read: Read test data\n      write: Write test data"
		scopes  = "scopes:\n      read: Read test data\n      write: Write test data"
		more    = ", {identifier: test-api, scopes: {read: R, write: W}}]"
		addOne  = "(add at least one, for example {read: Read orders})"
		idHint  = `(1 to 256 printable ASCII characters, no space, " or \)`
		nmHint  = `(1 to 256 printable ASCII characters, no space, ", \ or /)`
		invalid = "is not a valid"
	)
	long := strings.Repeat("i", 257)
	reject(t, map[string]faulty{
		"none":             {block, " []", "6:1: resourceServers: has no resource servers (add one, for example {identifier: orders, scopes: {read: Read orders}})"},
		"left out":         {"resourceServers:" + block + "\n", "", "1:1: resourceServers: is missing (add one, for example {identifier: orders, scopes: {read: Read orders}})"},
		"26":               {block, " [" + repeat(25, "{identifier: s%d, scopes: {x: X}}", ", ") + more, "6:1: resourceServers: has 26 resource servers, at most 25 are allowed (Cognito's quota for a user pool)"},
		"same identifier":  {"clients:\n", "  - {identifier: test-api, scopes: {x: X}}\nclients:\n", `11:18: resourceServers[1].identifier: "test-api" is already the identifier of resourceServers[0] (put their scopes together)`},
		"no identifier":    {"clients:\n", "  - {scopes: {x: X}}\nclients:\n", "11:5: resourceServers[1].identifier: is missing"},
		"space":            {"clients:\n", "  - {identifier: a b, scopes: {x: X}}\nclients:\n", `11:18: resourceServers[1].identifier: "a b" ` + invalid + " resource server identifier " + idHint},
		"257 characters":   {"clients:\n", "  - {identifier: " + long + ", scopes: {x: X}}\nclients:\n", `11:18: resourceServers[1].identifier: "` + long[:80] + `…" ` + invalid + " resource server identifier " + idHint},
		"empty identifier": {"clients:\n", "  - {identifier: \"\", scopes: {x: X}}\nclients:\n", `11:18: resourceServers[1].identifier: "" ` + invalid + " resource server identifier " + idHint},
		"no scopes":        {scopes, "scopes: {}", "8:5: resourceServers[0].scopes: has no scopes " + addOne},
		"scopes left out":  {"\n    " + scopes, "", "7:5: resourceServers[0].scopes: is missing " + addOne},
		"scopes null":      {scopes, "scopes:", "8:5: resourceServers[0].scopes: has no value " + addOne},
		"101 scopes":       {scopes, "scopes: {read: R, write: W, " + repeat(99, "s%d: S", ", ") + "}", "8:5: resourceServers[0].scopes: has 101 scopes, at most 100 are allowed (Cognito's limit for a resource server)"},
		"slash in a name":  {"read: Read test data\n", "read: Read test data\n      a/b: AB\n", `10:7: resourceServers[0].scopes["a/b"]: "a/b" ` + invalid + " scope name " + nmHint},
		"no description":   {"read: Read test data", "read: \"\"", "9:13: resourceServers[0].scopes.read: \"\" " + invalid + " scope description (1 to 256 characters)"},
		"long description": {"read: Read test data", "read: " + strings.Repeat("é", 257), "9:13: resourceServers[0].scopes.read: \"" + strings.Repeat("é", 80) + "…\" " + invalid + " scope description (1 to 256 characters)"},
		"number":           {"read: Read test data", "read: 1", "9:13: resourceServers[0].scopes.read: want text, got 1 (put it in quotes: \"1\")"},
		"scopes of a faulty server": {
			"clients:\n", "  - {identifier: https://a.example/b, scopes: {}}\nclients:\n  other: {scopes: [https://a.example/b/read]}\n",
			"11:39: resourceServers[1].scopes: has no scopes " + addOne, // and nothing about the client's scope
		},
		"scope too long in full": {
			"clients:\n", "  - {identifier: " + long[:200] + ", scopes: {" + long[:56] + ": X}}\nclients:\n",
			"11:287: resourceServers[1].scopes." + long[:56] + ": the scope has 257 characters with its identifier, at most 256 are allowed",
		},
	})
}

func TestDescriptionsCountCharacters(t *testing.T) {
	t.Parallel()
	if _, got := load(t, "dev.yaml", edit(t, "Read test data", strings.Repeat("é", 256))); got != nil {
		t.Errorf("256 characters in 512 bytes are refused: %v", got)
	}
}

func TestClients(t *testing.T) {
	t.Parallel()
	const (
		block    = "\n  reader: {scopes: [test-api/read]}\n  writer: {scopes: [test-api/write]}"
		writer   = "writer: {scopes: [test-api/write]}"
		addOne   = "(add one, for example reader: {scopes: [orders/read]})"
		nameHint = "(1 to 31 lower-case letters, digits and hyphens, a letter first)"
		noScopes = "(add at least one; Cognito answers invalid_scope to a client without scopes)"
		minutes  = "(hours and whole minutes: 30m, 1h, 1h30m)"
		writes   = "writer: {scopes: [test-api/write], "
	)
	manyScopes := repeat(49, "s%d: S", ", ")
	reject(t, map[string]faulty{
		"none":             {block, " {}", "11:1: clients: has no clients " + addOne},
		"left out":         {"clients:" + block + "\n", "", "1:1: clients: is missing " + addOne},
		"51":               {block, block + "\n" + repeat(49, "  c%d: {scopes: [test-api/read]}", "\n"), "11:1: clients: has 51 clients, at most 50 are allowed (each is an audience, and API Gateway takes 50 on an authorizer)"},
		"capital in name":  {writer, "Writer: {scopes: [test-api/write]}", `13:3: clients.Writer: "Writer" is not a valid client name ` + nameHint},
		"32 letters":       {writer, strings.Repeat("w", 32) + ": {scopes: [test-api/write]}", `13:3: clients.` + strings.Repeat("w", 32) + `: "` + strings.Repeat("w", 32) + `" is not a valid client name ` + nameHint},
		"digit first":      {writer, "1: {scopes: [test-api/write]}", `13:3: clients["1"]: "1" is not a valid client name ` + nameHint},
		"same but hyphens": {writer, writer + "\n  wri-ter: {scopes: [test-api/read]}", `13:3: clients.writer: is the same name as "wri-ter" once hyphens are removed (too alike to tell apart in stack outputs; rename one)`},
		"no scopes":        {writer, "writer: {scopes: []}", "13:12: clients.writer.scopes: has no scopes " + noScopes},
		"scopes left out":  {writer, "writer: {}", "13:3: clients.writer.scopes: is missing " + noScopes},
		"nothing":          {writer, "writer:", "13:3: clients.writer: has no value (give it one, or remove the key)"},
		"unknown scope":    {"[test-api/write]", "[test-api/wirte]", `13:21: clients.writer.scopes[0]: unknown scope "test-api/wirte" (did you mean "test-api/write"?)`},
		"unknown server":   {"[test-api/write]", "[elsewhere/delete]", `13:21: clients.writer.scopes[0]: unknown scope "elsewhere/delete" (known: test-api/read, test-api/write)`},
		"bare scope name":  {"[test-api/write]", "[write]", `13:21: clients.writer.scopes[0]: "write" is not a valid scope (write <resource server identifier>/<scope name>, for example test-api/read)`},
		"scope twice":      {"[test-api/write]", "[test-api/write, test-api/read, test-api/write]", `13:52: clients.writer.scopes[2]: "test-api/write" is already at clients.writer.scopes[0] (remove one)`},
		"scope three times": {"[test-api/write]", "[test-api/write, test-api/write, test-api/write]", "13:37: clients.writer.scopes[1]: \"test-api/write\" is already at clients.writer.scopes[0] (remove one)\n" +
			"13:53: clients.writer.scopes[2]: \"test-api/write\" is already at clients.writer.scopes[0] (remove one)"},
		"scope, no list": {"[test-api/write]", "test-api/write", `13:20: clients.writer.scopes: want a list, got "test-api/write" (write it as a list: [test-api/write])`},
		"51 scopes": {
			"clients:" + block, "  - {identifier: x, scopes: {" + manyScopes + "}}\nclients:\n  writer: {scopes: [test-api/read, test-api/write, " + repeat(49, "x/s%d", ", ") + "]}",
			"13:12: clients.writer.scopes: has 51 scopes, at most 50 are allowed (Cognito's limit for an app client)",
		},
		"4 minutes":       {writer, writes + "accessTokenValidity: 4m}", `13:59: clients.writer.accessTokenValidity: "4m" is outside 5m to 24h (Cognito's range for access tokens)`},
		"over a day":      {writer, writes + "accessTokenValidity: 24h1m}", `13:59: clients.writer.accessTokenValidity: "24h1m" is outside 5m to 24h (Cognito's range for access tokens)`},
		"seconds":         {writer, writes + "accessTokenValidity: 3600s}", `13:59: clients.writer.accessTokenValidity: "3600s" is not a valid token validity ` + minutes},
		"parts of hours":  {writer, writes + "accessTokenValidity: 1.5h}", `13:59: clients.writer.accessTokenValidity: "1.5h" is not a valid token validity ` + minutes},
		"empty validity":  {writer, writes + `accessTokenValidity: ""}`, `13:59: clients.writer.accessTokenValidity: "" is not a valid token validity ` + minutes},
		"plain number":    {writer, writes + "accessTokenValidity: 60}", `13:59: clients.writer.accessTokenValidity: want text, got 60 (hours and whole minutes: 30m, 1h, 1h30m)`},
		"rotation 0":      {writer, writes + "rotation: {everyDays: 0}}", "13:60: clients.writer.rotation.everyDays: 0 is too small, it must be above 0"},
		"rotation 1001":   {writer, writes + "rotation: {everyDays: 1001}}", "13:60: clients.writer.rotation.everyDays: 1001 is too large, at most 1000 is allowed"},
		"rotation 1.5":    {writer, writes + "rotation: {everyDays: 1.5}}", `13:60: clients.writer.rotation.everyDays: want a whole number, got "1.5"`},
		"rotation, empty": {writer, writes + "rotation: {}}", "13:38: clients.writer.rotation.everyDays: is missing"},
	})
}

func TestTokenValidityBounds(t *testing.T) {
	t.Parallel()
	for _, validity := range []string{"5m", "24h", "23h60m", "1440m"} {
		if _, got := load(t, "dev.yaml", edit(t, "[test-api/write]}", "[test-api/write], accessTokenValidity: "+validity+"}")); got != nil {
			t.Errorf("%s is refused: %v", validity, got)
		}
	}
}

// TestRefusedIdentifierIsToldOnce: the scopes of a resource server that can't be
// read are not unknown too.
func TestRefusedIdentifierIsToldOnce(t *testing.T) {
	t.Parallel()
	_, got := load(t, "dev.yaml", strings.Replace(valid, "identifier: test-api", `identifier: "my api"`, 1))
	if len(got) != 1 || !strings.Contains(got[0], "identifier") {
		t.Errorf("got %q, want one problem", got)
	}
}

// TestVariablesAreMeasuredAsLambdaDoes is a recording of AWS: as JSON text, 4,096 bytes are taken and 4,097 refused, also
// with two variables (localstack/localstack 8b9a79f0, tests/aws/services/lambda_/test_lambda_api.py,
// TestLambdaSizeLimits, 25 November 2025).
func TestVariablesAreMeasuredAsLambdaDoes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		variables string
		refused   bool
	}{
		"4,096 bytes in one variable":  {"LARGE_VAR: " + strings.Repeat("x", 4080), false},
		"4,097 bytes in one variable":  {"LARGE_VAR: " + strings.Repeat("x", 4081), true},
		"4,096 bytes in two variables": {"SMALL_VAR: ok, LARGE_VAR: " + strings.Repeat("x", 4063), false},
		"4,097 bytes in two variables": {"SMALL_VAR: ok, LARGE_VAR: " + strings.Repeat("x", 4064), true},
	} {
		_, got := load(t, "dev.yaml", valid+"functions: {echo: {environment: {"+c.variables+"}}}\n")
		if refused := len(got) == 1 && strings.Contains(got[0], "has 4097 bytes as JSON"); refused != c.refused || len(got) > 1 {
			t.Errorf("%s: %q", name, got)
		}
	}
}
