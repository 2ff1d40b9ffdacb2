package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/config"
)

// withFunction is the valid file with the authorizer that groups need.
func withFunction(t *testing.T) string {
	t.Helper()
	return edit(t, "\napi:\n", "\napi:\n  authorizer: function\n")
}

// loadGroups reads the environment dev with these groups, by the names of their files.
func loadGroups(t *testing.T, dev string, groups map[string]string) (*config.Environment, []string) {
	t.Helper()
	root := project(t, map[string]string{"dev.yaml": dev})
	for name, content := range groups {
		file := filepath.Join(root, "environments", name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	environments, err := config.LoadDir(filepath.Join(root, "environments"), config.Options{})
	if err != nil {
		return nil, lines(t, root, err)
	}
	return environments[0], nil
}

func TestGroups(t *testing.T) {
	t.Parallel()
	got, problems := loadGroups(t, withFunction(t), map[string]string{
		"dev/partners-eu.yaml": "clients:\n  globex: {scopes: [test-api/write]}\n  acme: {scopes: [test-api/read], rotation: {everyDays: 7}}\n",
		"dev/jobs.yaml":        "clients: {nightly: {scopes: [test-api/read]}}",
		"dev/README.md":        "not read",
	})
	if problems != nil {
		t.Fatal(problems)
	}
	names := func(clients []config.Client) (names []string) {
		for _, c := range clients {
			names = append(names, fmt.Sprint(c.Name, c.Scopes, c.Rotation.EveryDays))
		}
		return names
	}
	all := map[string][]string{"": names(got.Clients), "all": names(got.AllClients())}
	for _, group := range got.Groups {
		all[group.Name] = names(group.Clients)
	}
	want := map[string][]string{
		"":            {"reader[test-api/read] 30", "writer[test-api/write] 30"},
		"jobs":        {"nightly[test-api/read] 30"},
		"partners-eu": {"acme[test-api/read] 7", "globex[test-api/write] 30"},
		"all":         {"acme[test-api/read] 7", "globex[test-api/write] 30", "nightly[test-api/read] 30", "reader[test-api/read] 30", "writer[test-api/write] 30"},
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

// TestGroupsOfADisposableEnvironment are in the folder of its file.
func TestGroupsOfADisposableEnvironment(t *testing.T) {
	t.Parallel()
	root := project(t, map[string]string{"preview.yaml": strings.Replace(withFunction(t), "name: dev", "match: pr-*", 1)})
	if err := os.MkdirAll(filepath.Join(root, "environments", "preview"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "environments", "preview", "jobs.yaml"), []byte("clients: {nightly: {scopes: [test-api/read]}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := config.LoadNamed(filepath.Join(root, "environments"), "pr-7", config.Options{})
	if err != nil || len(got.Groups) != 1 || got.Groups[0].Clients[0].Name != "nightly" {
		t.Errorf("error %v, environment %+v", err, got)
	}
}

// TestGroupsGrantScopes takes a scope that only a client of a group has for one that a client has.
func TestGroupsGrantScopes(t *testing.T) {
	t.Parallel()
	dev := strings.Replace(withFunction(t), "reader: {scopes: [test-api/read]}", "reader: {scopes: [test-api/write]}", 1)
	alone, problems := loadGroups(t, dev, nil)
	if problems != nil || len(alone.Warnings) == 0 {
		t.Fatalf("problems %v, warnings %v: this test shows nothing", problems, alone)
	}
	got, problems := loadGroups(t, dev, map[string]string{"dev/jobs.yaml": "clients: {nightly: {scopes: [test-api/read]}}"})
	if problems != nil || len(got.Warnings) > 0 {
		t.Errorf("problems %v, warnings %v", problems, got)
	}
}

func TestGroupsAreRefused(t *testing.T) {
	t.Parallel()
	const (
		nightly  = "clients: {nightly: {scopes: [test-api/read]}}"
		needsIt  = "environments/dev.yaml:14:1: api.authorizer: must be function beside groups of clients, which are in environments/dev (the JWT authorizer takes only clients of its own stack, at most 50; write authorizer: function. See docs/many-clients.md)"
		nameHint = "(1 to 31 lower-case letters, digits and hyphens, a letter first)"
		readers  = `, secretReaders: ["arn:aws:iam::210987654321:role/a"]`
	)
	one := func(i int, more string) string { return fmt.Sprintf("  c%d: {scopes: [test-api/read]%s}\n", i, more) }
	clients := func(n int, more string) string {
		var all strings.Builder
		all.WriteString("clients:\n")
		for i := range n {
			all.WriteString(one(i, more))
		}
		return all.String()
	}
	key := func(dev string) string { return dev + "secrets: {customerKey: true}\n" }
	for name, c := range map[string]struct {
		dev    string
		groups map[string]string
		want   string
	}{
		"with the JWT authorizer": {valid, map[string]string{"dev/jobs.yaml": nightly}, needsIt},
		"without an environment":  {valid, map[string]string{"deb/jobs.yaml": nightly}, "environments/deb: has groups of clients, and there is no environment file environments/deb.yaml (rename one of them, or delete the folder)"},
		"unknown key":             {"", map[string]string{"dev/jobs.yaml": nightly + "\nclient: {}"}, `environments/dev/jobs.yaml:2:1: client: unknown key (did you mean "clients"?)`},
		"no clients":              {"", map[string]string{"dev/jobs.yaml": "clients: {}"}, "environments/dev/jobs.yaml:1:1: clients: has no clients (add one, for example reader: {scopes: [orders/read]}; or delete the file)"},
		"empty":                   {"", map[string]string{"dev/jobs.yaml": ""}, "environments/dev/jobs.yaml: is empty (write clients: {reader: {scopes: [orders/read]}}, or delete the file)"},
		"name of a client":        {"", map[string]string{"dev/jobs.yaml": "clients:\n  reader: {scopes: [test-api/read]}"}, "environments/dev/jobs.yaml:2:3: clients.reader: is already a client in environments/dev.yaml (remove one of them)"},
		"name of another group": {
			"",
			map[string]string{"dev/a.yaml": nightly, "dev/b.yaml": "clients:\n  night-ly: {scopes: [test-api/read]}"},
			`environments/dev/b.yaml:2:3: clients.night-ly: is the same name as "nightly" in environments/dev/a.yaml once hyphens are removed (too alike to tell apart; rename one)`,
		},
		"unknown scope":    {"", map[string]string{"dev/jobs.yaml": "clients:\n  nightly: {scopes: [test-api/raed]}"}, `environments/dev/jobs.yaml:2:22: clients.nightly.scopes[0]: unknown scope "test-api/raed" (did you mean "test-api/read"?)`},
		"file's name":      {"", map[string]string{"dev/Jobs.yaml": nightly}, `environments/dev/Jobs.yaml: "Jobs" is not a valid group name ` + nameHint},
		"files alike":      {"", map[string]string{"dev/jobs-a.yaml": nightly, "dev/jobsa.yaml": "clients: {daily: {scopes: [test-api/read]}}"}, "environments/dev/jobsa.yaml: has the same name as jobs-a.yaml once hyphens are removed (too alike to tell apart; rename one)"},
		"another ending":   {"", map[string]string{"dev/jobs.yml": nightly}, "environments/dev/jobs.yml: is not read (rename it to end in .yaml)"},
		"167":              {"", map[string]string{"dev/jobs.yaml": clients(167, "")}, "environments/dev/jobs.yaml:1:1: clients: are 501 resources of a stack, at most 500 are allowed (each client is 3, with secretReaders 4; write another group)\nenvironments/dev/jobs.yaml:1:1: clients: has 167 clients, at most 166 are allowed (each is 3 resources, and a stack takes 500; write another group)"},
		"126 with readers": {key(withFunction(t)), map[string]string{"dev/jobs.yaml": clients(126, readers)}, "environments/dev/jobs.yaml:1:1: clients: are 504 resources of a stack, at most 500 are allowed (each client is 3, with secretReaders 4; write another group)"},
		"too long a grace time": {
			withFunction(t) + "secrets: {graceHours: 72}\n",
			map[string]string{"dev/jobs.yaml": "clients: {nightly: {scopes: [test-api/read], rotation: {everyDays: 2}}}"},
			"environments/dev.yaml:20:23: secrets.graceHours: is 72, and the client \"nightly\" rotates every 2 days: every rotation would fail (write less than 48)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dev := c.dev
			if dev == "" {
				dev = withFunction(t)
			}
			_, got := loadGroups(t, dev, c.groups)
			if diff := cmp.Diff(strings.Split(c.want, "\n"), got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAThousandClients loads them in eight groups, and warns of one more than a pool usually has.
func TestAThousandClients(t *testing.T) {
	t.Parallel()
	groups := map[string]string{}
	next := 0
	for g := range 8 {
		var all strings.Builder
		all.WriteString("clients:\n")
		for range 125 {
			fmt.Fprintf(&all, "  client-%04d: {scopes: [test-api/read], accessTokenValidity: 24h, rotation: {everyDays: %d}}\n", next, 1+next%1000)
			next++
		}
		groups[fmt.Sprintf("dev/group-%d.yaml", g)] = all.String()
	}
	got, problems := loadGroups(t, withFunction(t), groups)
	if problems != nil {
		t.Fatal(problems)
	}
	if n := len(got.AllClients()); n != 1002 || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0].String(), "are 1002 with those of all groups") {
		t.Errorf("%d clients, warnings %v", n, got.Warnings)
	}
}
