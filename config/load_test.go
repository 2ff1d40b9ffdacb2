package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/config"
)

// defaultAlarms are those of a file that says nothing about them.
var defaultAlarms = config.Alarms{
	MinimumCalls: 20, ServerErrorPercent: 5, ClientErrorPercent: 20, P99LatencyMs: 3000,
	FunctionErrors: 5, FunctionThrottles: 1, FunctionConcurrency: 500,
}

func TestLoadFillsInDefaults(t *testing.T) {
	t.Parallel()
	got, problems := load(t, "dev.yaml", `name: dev
resourceServers: [{identifier: test-api, scopes: {read: Read test data}}]
clients: {reader: {scopes: [test-api/read]}}
api: {routes: [{path: /, methods: [get], scopes: []}]}
`)
	want := &config.Environment{
		Name:            "dev",
		Identity:        config.Identity{IssuerType: "ORIGINAL"},
		ResourceServers: []config.ResourceServer{{Identifier: "test-api", Scopes: []config.Scope{{Name: "read", Description: "Read test data"}}}},
		Clients:         []config.Client{{Name: "reader", Scopes: []string{"test-api/read"}, AccessTokenValidity: time.Hour, Rotation: config.Rotation{EveryDays: 30}}},
		API: config.API{
			Routes:   []config.Route{{Path: "/", Methods: []string{"GET"}, Function: "echo"}},
			Throttle: config.Throttle{Rate: 100, Burst: 200},
		},
		Functions: []config.Function{{Name: "echo", MemoryMB: 128, Timeout: 10 * time.Second}},
		Logs:      config.Logs{RetentionDays: 30},
		Alarms:    defaultAlarms,
	}
	if diff := cmp.Diff(want, got); diff != "" || problems != nil {
		t.Errorf("problems %v, environment (-want +got):\n%s", problems, diff)
	}
}

func TestLoadTakesWhatIsWritten(t *testing.T) {
	t.Parallel()
	got, problems := load(t, "prod-eu.yaml", `name: prod-eu
region: eu-central-1
account: "012345678901"
identity: {domain: {prefix: orders-eu}, deletionProtection: true}
resourceServers: [{identifier: "https://api.example.com/orders", scopes: {read.all: Read, "*": Everything}}]
clients:
  report-job:
    scopes: ["https://api.example.com/orders/read.all"]
    accessTokenValidity: 1h30m
    rotation: {everyDays: 7}
    secretReaders: ["arn:aws:iam::210987654321:role/team/report-job", "arn:aws:iam::109876543210:role/audit"]
secrets: {customerKey: true}
api:
  routes:
    - {path: $default, scopes: []}
    - {path: "/orders/{id}/files/{proxy+}", methods: [PUT, DELETE], scopes: ["https://api.example.com/orders/*", "https://api.example.com/orders/read.all"]}
  throttle: {rate: 0.5, burst: 1}
`)
	want := &config.Environment{
		Name: "prod-eu", Region: "eu-central-1", Account: "012345678901",
		Identity: config.Identity{DomainPrefix: "orders-eu", IssuerType: "ORIGINAL", DeletionProtection: true},
		ResourceServers: []config.ResourceServer{{
			Identifier: "https://api.example.com/orders",
			Scopes:     []config.Scope{{Name: "*", Description: "Everything"}, {Name: "read.all", Description: "Read"}},
		}},
		Clients: []config.Client{{
			Name: "report-job", Scopes: []string{"https://api.example.com/orders/read.all"}, AccessTokenValidity: 90 * time.Minute,
			Rotation:      config.Rotation{EveryDays: 7},
			SecretReaders: []string{"arn:aws:iam::109876543210:role/audit", "arn:aws:iam::210987654321:role/team/report-job"},
		}},
		Secrets: config.Secrets{CustomerKey: true},
		API: config.API{
			Routes: []config.Route{
				{Path: "$default", Function: "echo"},
				{
					Path: "/orders/{id}/files/{proxy+}", Methods: []string{"DELETE", "PUT"},
					Scopes: []string{"https://api.example.com/orders/*", "https://api.example.com/orders/read.all"}, Function: "echo",
				},
			},
			Throttle: config.Throttle{Rate: 0.5, Burst: 1},
		},
		Functions: []config.Function{{Name: "echo", MemoryMB: 128, Timeout: 10 * time.Second}},
		Logs:      config.Logs{RetentionDays: 30},
		Alarms:    defaultAlarms,
	}
	if problems != nil {
		t.Fatal(problems)
	}
	got.Warnings = nil // TestWarnings
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}

func TestOrderInTheFileDoesNotMatter(t *testing.T) {
	t.Parallel()
	one, problems := load(t, "dev.yaml", `name: dev
resourceServers:
  - {identifier: a, scopes: {x: X, y: Y}}
  - {identifier: b, scopes: {z: Z}}
clients:
  one: {scopes: [a/x, b/z, a/y], secretReaders: ["arn:aws:iam::210987654321:role/a", "arn:aws:iam::210987654321:role/b"]}
  two: {scopes: [a/y]}
secrets: {customerKey: true}
api:
  routes:
    - {path: /p, methods: [GET, POST], scopes: [a/x, a/y]}
    - {path: /p, methods: [ANY], scopes: []}
    - {path: /, methods: [GET], scopes: []}
`)
	if problems != nil {
		t.Fatal(problems)
	}
	other, problems := load(t, "dev.yaml", `api:
  routes:
    - {methods: [GET], path: /, scopes: []}
    - {path: /p, methods: [ANY], scopes: []}
    - {scopes: [a/y, a/x], path: /p, methods: [POST, GET]}
clients:
  two: {scopes: [a/y]}
  one: {secretReaders: ["arn:aws:iam::210987654321:role/b", "arn:aws:iam::210987654321:role/a"], scopes: [b/z, a/y, a/x]}
secrets: {customerKey: true}
resourceServers:
  - {scopes: {z: Z}, identifier: b}
  - {identifier: a, scopes: {y: Y, x: X}}
name: dev
`)
	if diff := cmp.Diff(one, other); diff != "" || problems != nil {
		t.Errorf("problems %v, difference:\n%s", problems, diff)
	}
}

// One run tells everything: the unknown key, the wrong type and the broken rules, in the order of
// the file.
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

func TestWarnings(t *testing.T) {
	t.Parallel()
	got, problems := load(t, "dev.yaml", strings.NewReplacer(
		"writer: {scopes: [test-api/write]}", "other: {scopes: [test-api/read]}",
		"scopes: []", "scopes: [test-api/write]",
	).Replace(valid))
	if problems != nil {
		t.Fatal(problems)
	}
	warnings := make([]string, 0, len(got.Warnings))
	for _, warning := range got.Warnings {
		warning.File = filepath.Base(warning.File)
		warnings = append(warnings, warning.String())
	}
	want := []string{
		`dev.yaml:16:50: api.routes[0].scopes[0]: no client has the scope "test-api/write" (add it to a client)`,
	}
	if diff := cmp.Diff(want, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// TestWarningsOfWhatMayFail: what may be meant is told and not refused.
func TestWarningsOfWhatMayFail(t *testing.T) {
	t.Parallel()
	const readRoute = "    - {path: /test_jwt, methods: [ANY], scopes: []}\n"
	routes := func(n int) string { return repeat(n, "    - {path: /r%d, methods: [GET], scopes: []}", "\n") + "\n" }
	if !strings.Contains(valid, readRoute) {
		t.Fatal("the file has no such route")
	}
	others := strings.Count(valid, "    - {path: ")
	for name, c := range map[string]struct{ old, new, want string }{
		"LITE with another issuer": {
			"deletionProtection: false", "deletionProtection: false\n  featurePlan: LITE\n  issuerType: UPDATED",
			"identity.issuerType: UPDATED may need the feature plan ESSENTIALS or PLUS (write one of them, or deploy to an environment that may fail first)",
		},
		"another issuer alone":          {"deletionProtection: false", "deletionProtection: false\n  issuerType: UPDATED", ""},
		"LITE alone":                    {"deletionProtection: false", "deletionProtection: false\n  featurePlan: LITE", ""},
		"as many routes as an API has":  {readRoute, readRoute + routes(300-others), ""},
		"one route more":                {readRoute, readRoute + routes(301-others), "api.routes: are 301 routes, one for each method; an API has 300 unless its quota was raised"},
		"one method more than there is": {readRoute, strings.Replace(readRoute, "[ANY]", "[GET, POST]", 1) + routes(300-others), "api.routes: are 301 routes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, problems := load(t, "dev.yaml", strings.Replace(valid, c.old, c.new, 1))
			if problems != nil {
				t.Fatal(problems)
			}
			var warnings []string
			for _, w := range got.Warnings {
				warnings = append(warnings, w.String())
			}
			text := strings.Join(warnings, "\n")
			if c.want == "" && text != "" || !strings.Contains(text, c.want) {
				t.Errorf("warnings (-want +got):\n%s", cmp.Diff(c.want, text))
			}
		})
	}
}

func TestValidFileHasNoWarnings(t *testing.T) {
	t.Parallel()
	got, problems := load(t, "dev.yaml", valid)
	if problems != nil || got.Warnings != nil {
		t.Errorf("problems %v, warnings %v", problems, got.Warnings)
	}
}

func TestLambdaDir(t *testing.T) {
	t.Parallel()
	root := project(t, map[string]string{"dev.yaml": valid})
	_, err := config.Load(filepath.Join(root, "environments/dev.yaml"), config.Options{LambdaDir: filepath.Join(root, "elsewhere")})
	want := []string{
		`environments/dev.yaml:16:7: api.routes[0].function: no function "echo": elsewhere/echo/main.go is not there`,
		`environments/dev.yaml:17:81: api.routes[1].function: no function "echo": elsewhere/echo/main.go is not there`,
	}
	if diff := cmp.Diff(want, lines(t, root, err)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestLoadDir(t *testing.T) {
	t.Parallel()
	root := project(t, map[string]string{
		"staging.yaml":            strings.Replace(valid, "dev", "staging", 1),
		"dev.yaml":                valid,
		"environment.schema.json": "{",
	})
	got, err := config.LoadDir(filepath.Join(root, "environments"), config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Name != "dev" || got[1].Name != "staging" {
		t.Errorf("environments %v, want dev and staging", got)
	}
}

func TestLoadDirReportsAllFilesTogether(t *testing.T) {
	t.Parallel()
	root := project(t, map[string]string{
		"a-syntax.yaml": "name: [a-syntax\n",
		"b-rules.yaml":  strings.NewReplacer("name: dev", "name: other", "[test-api/write]", "[]", "rate: 100", "rate: 0").Replace(valid),
		"c-fine.yaml":   strings.Replace(valid, "dev", "c-fine", 1),
		"d-empty.yaml":  "# nothing\n",
		"e.yml":         valid,
		"f.yaml/x":      "",
	})
	environments, err := config.LoadDir(filepath.Join(root, "environments"), config.Options{})
	if environments != nil {
		t.Errorf("environments %v beside an error", environments)
	}
	want := []string{
		"environments/a-syntax.yaml:1:7: is not YAML: sequence end token ']' not found",
		`environments/b-rules.yaml:1:7: name: "other" is not the file's name "b-rules" (rename one of them)`,
		"environments/b-rules.yaml:13:12: clients.writer.scopes: has no scopes (add at least one; Cognito answers invalid_scope to a client without scopes)",
		"environments/b-rules.yaml:18:20: api.throttle.rate: 0 is too small, it must be above 0",
		"environments/d-empty.yaml: is empty (start from environments/dev.yaml)",
		"environments/e.yml: is not read (rename it to end in .yaml)",
		"environments/f.yaml: reading: it is not a regular file",
	}
	if diff := cmp.Diff(want, lines(t, root, err)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestFolders(t *testing.T) {
	t.Parallel()
	root := project(t, nil)
	cases := map[string]struct{ dir, want string }{
		"without files": {"environments", "environments: has no environment files (add one, for example dev.yaml)"},
		"missing":       {"elsewhere", "elsewhere: reading: no such file or directory"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.LoadDir(filepath.Join(root, c.dir), config.Options{})
			if diff := cmp.Diff([]string{c.want}, lines(t, root, err)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMissingFile(t *testing.T) {
	t.Parallel()
	root := project(t, nil)
	_, err := config.Load(filepath.Join(root, "environments/dev.yaml"), config.Options{})
	want := []string{"environments/dev.yaml: reading: no such file or directory"}
	if diff := cmp.Diff(want, lines(t, root, err)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
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

// The real files load without warnings, dev's tokens live an hour, and every environment has the
// same clients.
func TestEnvironmentFiles(t *testing.T) {
	t.Parallel()
	environments, err := config.LoadDir("../environments", config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, environment := range environments {
		names = append(names, environment.Name)
		if len(environment.Warnings) > 0 {
			t.Error(environment.Warnings)
		}
		var clients []string
		for _, client := range environment.Clients {
			clients = append(clients, client.Name)
			if environment.Name == "dev" && client.AccessTokenValidity != time.Hour {
				t.Errorf("dev: tokens of %s live %v, want 1h", client.Name, client.AccessTokenValidity)
			}
		}
		if diff := cmp.Diff([]string{"reader", "writer"}, clients); diff != "" {
			t.Errorf("%s: clients (-want +got):\n%s", environment.Name, diff)
		}
	}
	if diff := cmp.Diff([]string{"dev", "prod", "staging"}, names); diff != "" {
		t.Errorf("environments (-want +got):\n%s", diff)
	}
}
