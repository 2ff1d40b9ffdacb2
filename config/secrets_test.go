package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
		"a client without settings": { // and nothing about its schedule
			"writer: {scopes: [test-api/write]}", "writer:\nsecrets: {graceHours: 24}",
			"13:3: clients.writer: has no value (give it one, or remove the key)",
		},
		"a schedule that is refused": {
			"[test-api/write]}", "[test-api/write], rotation: {everyDays: 0}}\nsecrets: {graceHours: 24}",
			"13:60: clients.writer.rotation.everyDays: 0 is too small, it must be above 0",
		},
		"a shorter schedule": {
			"[test-api/write]}", "[test-api/write], rotation: {everyDays: 1}}\nsecrets: {graceHours: 24}",
			`14:23: secrets.graceHours: is 24, and the client "writer" rotates every 1 days: every rotation would fail (write less than 24)`,
		},
	})
}
