package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
		manyHint = "(each is an audience, and API Gateway takes 50 of them; write api: {authorizer: function} for more. A Lambda function then checks " +
			"tokens, which costs about $0.50 for a million tokens that it checks; refusals are 403 and not 401; and a client that is refused may be " +
			"let in for another minute. See docs/many-clients.md)"
		countHint = "(50 with the JWT authorizer; api: {authorizer: function} takes 150 here, and more in groups, which are files of environments/<name>/)"
	)
	manyScopes := repeat(49, "s%d: S", ", ")
	reject(t, map[string]faulty{
		"none":             {block, " {}", "11:1: clients: has no clients " + addOne},
		"left out":         {"clients:" + block + "\n", "", "1:1: clients: is missing " + addOne},
		"51":               {block, block + "\n" + repeat(49, "  c%d: {scopes: [test-api/read]}", "\n"), "11:1: clients: has 51 clients, at most 50 are allowed with the JWT authorizer " + manyHint},
		"151":              {block, block + "\n" + repeat(149, "  c%d: {scopes: [test-api/read]}", "\n"), "11:1: clients: has 151 clients, at most 150 are allowed " + countHint},
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

const otherAccount = "arn:aws:iam::210987654321:role/"

func TestSecretReaders(t *testing.T) {
	t.Parallel()
	const (
		writer  = "[test-api/write]}"
		arnHint = "(arn:aws:iam::<account>:role/<path and name>)"
	)
	// readers puts a list on line 13, from column 52, in a file with a customer key on line 14.
	readers := func(list, want string) faulty {
		return faulty{writer, "[test-api/write], secretReaders: [" + list + "]}\nsecrets: {customerKey: true}", want}
	}
	malformed := func(arn string) faulty {
		return readers(`"`+arn+`"`, `13:54: clients.writer.secretReaders[0]: "`+arn+`" is not a valid role ARN `+arnHint)
	}
	reject(t, map[string]faulty{
		"without a customer key": {
			writer, `[test-api/write], secretReaders: ["` + otherAccount + `job"]}`,
			"13:38: clients.writer.secretReaders: need a customer managed key: the AWS managed key lets no other account read a secret (write secrets: {customerKey: true})",
		},
		"customer key refused": {
			writer, `[test-api/write], secretReaders: ["` + otherAccount + `job"]}` + "\nsecrets: {customerKey: false}",
			"13:38: clients.writer.secretReaders: need a customer managed key: the AWS managed key lets no other account read a secret (write secrets: {customerKey: true})",
		},
		"an account":      malformed("210987654321"),
		"account's root":  malformed("arn:aws:iam::210987654321:root"),
		"a user":          malformed("arn:aws:iam::210987654321:user/job"),
		"a session":       malformed("arn:aws:sts::210987654321:assumed-role/job/session"),
		"short account":   malformed("arn:aws:iam::21098765432:role/job"),
		"a pattern":       malformed(otherAccount + "*"),
		"everybody":       malformed("*"),
		"no name":         malformed(otherAccount),
		"slash last":      malformed(otherAccount + "team/"),
		"empty path part": malformed(otherAccount + "team//job"),
		"name of 65":      readers(`"`+otherAccount+strings.Repeat("j", 65)+`"`, `13:54: clients.writer.secretReaders[0]: "`+otherAccount+strings.Repeat("j", 49)+`…" is not a valid role ARN `+arnHint),
		"twice":           readers(`"`+otherAccount+`job", "`+otherAccount+`job"`, `13:92: clients.writer.secretReaders[1]: "`+otherAccount+`job" is already at clients.writer.secretReaders[0] (remove one)`),
		"no list":         {writer, "[test-api/write], secretReaders: job}", `13:53: clients.writer.secretReaders: want a list, got "job" (write it as a list: [job])`},
		"31": readers(repeat(31, `"`+otherAccount+`job%d"`, ", "),
			"13:38: clients.writer.secretReaders: has 31 readers, at most 30 are allowed (Secrets Manager's limit for a resource policy)"),
		"unknown key": {"\napi:", "\nsecrets: {customKey: true}\napi:", `14:11: secrets.customKey: unknown key (did you mean "customerKey"?)`},
		"key as text": {"\napi:", "\nsecrets: {customerKey: yes}\napi:", `14:24: secrets.customerKey: want true or false, got "yes"`},
	})
}

func TestReadersOfAllClientsTogether(t *testing.T) {
	t.Parallel()
	// Two clients share one reader, so 26 and 23 are 48 roles.
	const shared = `"` + otherAccount + `shared", `
	with := func(ofWriter int) string {
		return strings.NewReplacer(
			"[test-api/read]}\n  writer", "[test-api/read], secretReaders: ["+shared+repeat(25, `"`+otherAccount+`r%d"`, ", ")+"]}\n  writer",
			"[test-api/write]}", "[test-api/write], secretReaders: ["+shared+repeat(ofWriter, `"`+otherAccount+`w%d"`, ", ")+"]}\nsecrets: {customerKey: true}",
		).Replace(valid)
	}
	if _, got := load(t, "dev.yaml", with(22)); got != nil {
		t.Errorf("48 readers are refused: %v", got)
	}
	_, got := load(t, "dev.yaml", with(23))
	want := []string{"environments/dev.yaml:11:1: clients: name 49 secretReaders in all, at most 48 are allowed (KMS's limit for a key policy)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("49 readers (-want +got):\n%s", diff)
	}
}

func TestReaderOfTheOwnAccount(t *testing.T) {
	t.Parallel()
	content := strings.NewReplacer(
		"region: ap-northeast-1", `account: "210987654321"`,
		"[test-api/write]}", `[test-api/write], secretReaders: ["`+otherAccount+`job", "arn:aws:iam::109876543210:role/job"]}`+"\nsecrets: {customerKey: true}",
	).Replace(valid)
	_, got := load(t, "dev.yaml", content)
	want := []string{"environments/dev.yaml:13:54: clients.writer.secretReaders[0]: is a role of the environment's own account (allow it secretsmanager:GetSecretValue in a policy of its own)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// TestLongestRole has 512 characters of path, both slashes included, and a name of 64.
func TestLongestRole(t *testing.T) {
	t.Parallel()
	path := strings.Repeat(strings.Repeat("p", 100)+"/", 5) + strings.Repeat("p", 5) + "/"
	for name, accepted := range map[string]bool{path + strings.Repeat("n", 64): true, "p" + path + strings.Repeat("n", 64): false} {
		arn := "arn:aws-us-gov:iam::210987654321:role/" + name
		_, got := load(t, "dev.yaml", edit(t, "[test-api/write]}", fmt.Sprintf("[test-api/write], secretReaders: [%q]}\nsecrets: {customerKey: true}", arn)))
		if (got == nil) != accepted {
			t.Errorf("a role ARN of %d characters: %v", len(arn), got)
		}
	}
}
