package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"cognito-m2m/config"
)

// repeated is a text for each number below n, behind one another.
func repeated(n int, format string) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, format, i)
	}
	return text.String()
}

const clientsOfValid = "\n  reader: {scopes: [test-api/read]}\n  writer: {scopes: [test-api/write]}"

// A value that has a name is read once however often it is used, so its faults are told once, and no file makes more work
// than it has text.
func TestAliasesAreReadOnce(t *testing.T) {
	t.Parallel()
	_, got := load(t, "dev.yaml", edit(t, clientsOfValid,
		"\n  reader: &c {scopes: [test-api/read], moon: 1, sun: 2}\n"+repeated(40, "  c%d: *c\n")))
	const hint = "unknown key (known: scopes, accessTokenValidity, rotation, secretReaders)"
	want := "environments/dev.yaml:12:40: clients.reader.moon: " + hint + "\nenvironments/dev.yaml:12:49: clients.reader.sun: " + hint
	if strings.Join(got, "\n") != want {
		t.Errorf("got %d problems, want those of the one place where they are:\n%s", len(got), strings.Join(got, "\n"))
	}
}

// The outcome of the first reading stands for the others.
func TestAliasesGiveTheSameValue(t *testing.T) {
	t.Parallel()
	got, problems := load(t, "dev.yaml", edit(t, clientsOfValid,
		"\n  reader: &c {scopes: &s [test-api/read, test-api/write], accessTokenValidity: 30m}\n  second: *c\n  third: {scopes: *s}"))
	if problems != nil {
		t.Fatal(problems)
	}
	for _, c := range got.Clients {
		if strings.Join(c.Scopes, " ") != "test-api/read test-api/write" {
			t.Errorf("client %s has the scopes %v", c.Name, c.Scopes)
		}
	}
}

// Rules look at what is below an alias as at what is written out, and name the place where it is.
func TestRulesLookThroughAliases(t *testing.T) {
	t.Parallel()
	reject(t, map[string]faulty{
		"a route": {
			"    - {path: /test_jwt, methods: [ANY], scopes: []}",
			"    - &r {path: /test_jwt, methods: [ANY], scopes: []}\n    - *r",
			`17:7: api.routes[1]: duplicate route "ANY /test_jwt" (it is already at api.routes[0])`,
		},
		"a scope": {
			"  reader: {scopes: [test-api/read]}\n  writer: {scopes: [test-api/write]}",
			"  reader: &c {scopes: [test-api/read, test-api/write], accessTokenValidity: 3m}\n  writer: *c",
			`12:77: clients.reader.accessTokenValidity: "3m" is outside 5m to 24h (Cognito's range for access tokens)` + "\n" +
				`12:77: clients.writer.accessTokenValidity: "3m" is outside 5m to 24h (Cognito's range for access tokens)`,
		},
	})
}

func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ functions, want string }{
		"merge keys": {
			"  f: &f {" + repeated(1500, "k%d: 1, ") + "}\n" + repeated(1000, "  f%d: {<<: *f}\n"),
			"environments/dev.yaml: has more than 200000 values once aliases and merge keys are followed, which is the limit " +
				"(let fewer of them refer to each other)",
		},
		"keys": {
			repeated(7000, "  f%d: x\n"),
			"environments/dev.yaml: has 21108 keys, values and signs between them, at most 20000 are read",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, got := load(t, "dev.yaml", valid+"functions:\n"+c.functions); strings.Join(got, "\n") != c.want {
				t.Errorf("got %d problems, the first %q; want %q", len(got), got[:min(len(got), 1)], c.want)
			}
		})
	}
}

func TestProblemsAreCounted(t *testing.T) {
	t.Parallel()
	_, got := load(t, "dev.yaml", valid+repeated(3000, "moon%d: 1\n"))
	if len(got) != 101 || got[0] != "environments/dev.yaml: has 3000 problems, of which 100 are listed" {
		t.Errorf("got %d problems, the first %q; want a hundred and their number", len(got), got[:min(len(got), 1)])
	}
}

// A file that is far too long a list is not read to its end, and what it would have declared is not missed.
func TestFloodsAreNotReadToTheirEnd(t *testing.T) {
	t.Parallel()
	_, got := load(t, "dev.yaml", edit(t, "resourceServers:\n", "resourceServers:\n"+repeated(400, "  - {identifier: s%d, scopes: {a: A}}\n")))
	if want := "environments/dev.yaml:6:1: resourceServers: has 401 resource servers, at most 25 are allowed (Cognito's quota for a user pool)"; strings.Join(got, "\n") != want {
		t.Errorf("got %d problems:\n%s\nwant %s", len(got), strings.Join(got, "\n"), want)
	}
}

// Whatever has no end, or keeps its reader waiting, is refused by its name.
func TestOnlyRegularFilesAreRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Symlink("/dev/zero", filepath.Join(dir, "device.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "fifo.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"device.yaml", "fifo.yaml"} {
		path := filepath.Join(dir, name)
		_, environment := config.Load(path, config.Options{})
		_, delivery := config.LoadDelivery(path, config.Options{})
		for _, err := range []error{environment, delivery} {
			if err == nil || !strings.Contains(err.Error(), path+": reading: it is not a regular file") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
