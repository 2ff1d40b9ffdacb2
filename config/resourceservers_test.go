package config_test

import (
	"strings"
	"testing"
)

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

// TestRefusedIdentifierIsToldOnce: the scopes of a resource server that can't be read are not
// unknown too.
func TestRefusedIdentifierIsToldOnce(t *testing.T) {
	t.Parallel()
	_, got := load(t, "dev.yaml", strings.Replace(valid, "identifier: test-api", `identifier: "my api"`, 1))
	if len(got) != 1 || !strings.Contains(got[0], "identifier") {
		t.Errorf("got %q, want one problem", got)
	}
}

// A file that is far too long a list is not read to its end, and what it would have declared is not
// missed.
func TestFloodsAreNotReadToTheirEnd(t *testing.T) {
	t.Parallel()
	_, got := load(t, "dev.yaml", edit(t, "resourceServers:\n", "resourceServers:\n"+repeat(400, "  - {identifier: s%d, scopes: {a: A}}", "\n")+"\n"))
	if want := "environments/dev.yaml:6:1: resourceServers: has 401 resource servers, at most 25 are allowed (Cognito's quota for a user pool)"; strings.Join(got, "\n") != want {
		t.Errorf("got %d problems:\n%s\nwant %s", len(got), strings.Join(got, "\n"), want)
	}
}
