package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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

// graceHours may be 0, which is not the same as leaving it out.
func TestGraceHours(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]*int{"{customerKey: false}": nil, "{graceHours: 0}": new(int), "{graceHours: 719}": new(719)} {
		got, problems := load(t, "dev.yaml", edit(t, "\napi:", "\nsecrets: "+written+"\napi:"))
		if problems != nil || !cmp.Equal(got.Secrets.GraceHours, want) {
			t.Errorf("%s: problems %v, hours %v", written, problems, got)
		}
	}
	grace := func(hours, want string) faulty {
		return faulty{"\napi:", "\nsecrets: {graceHours: " + hours + "}\napi:", want}
	}
	reject(t, map[string]faulty{
		"negative":    grace("-1", "14:23: secrets.graceHours: -1 is too small, at least 0 is needed"),
		"a part":      grace("1.5", "14:23: secrets.graceHours: want a whole number, got \"1.5\""),
		"text":        grace(`"24"`, `14:23: secrets.graceHours: want a whole number, got "24"`),
		"a list":      grace("[24]", "14:11: secrets.graceHours: want a whole number, got a list"),
		"nothing":     grace("", "14:11: secrets.graceHours: has no value (give it one, or remove the key)"),
		"a schedule":  grace("720", `14:23: secrets.graceHours: is 720, and the client "reader" rotates every 30 days: every rotation would fail (write less than 720)`),
		"much longer": grace("24001", "14:23: secrets.graceHours: 24001 is too large, at most 24000 is allowed"),
		"a shorter schedule": {
			"[test-api/write]}", "[test-api/write], rotation: {everyDays: 1}}\nsecrets: {graceHours: 24}",
			`14:23: secrets.graceHours: is 24, and the client "writer" rotates every 1 days: every rotation would fail (write less than 24)`,
		},
	})
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
