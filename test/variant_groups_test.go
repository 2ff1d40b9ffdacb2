package test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/config"
)

// TestScopesOfTheAuthorizer reads the file that is deployed with the authorizer's function.
func TestScopesOfTheAuthorizer(t *testing.T) {
	source := newSource(t)
	many := manyClients(t) + "\n    - {path: $default, scopes: []}"
	scopes := func(yaml string) (folder string, scopes map[string][]string) {
		env := source.load(t, yaml)
		dir := t.TempDir()
		a, err := synth(dir, string(source), env)
		if err != nil {
			t.Fatal(err)
		}
		function := first(a.stages[env.Name].stacks["Api"], "AWS::Lambda::Function", "Authorize")
		key := text(at(properties(function), "Code", "S3Key"))
		folder = "asset." + strings.TrimSuffix(key, ".zip")
		if _, err := readJSON(filepath.Join(dir, folder, "scopes.json"), &scopes); err != nil {
			t.Fatal(err)
		}
		return folder, scopes
	}
	folder, got := scopes(many)
	want := map[string][]string{"GET /a": {"test-api/read"}, "POST /b": {"test-api/write"}, "PUT /b": {"test-api/write"}, "$default": {}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("scopes by route (-want +got):\n%s", diff)
	}
	if again, _ := scopes(many); again != folder {
		t.Errorf("a second synth gives the asset %s and not %s", again, folder)
	}
	if other, got := scopes(with(t, many, "methods: [GET], scopes: [test-api/read]", "methods: [GET], scopes: [test-api/write]")); other == folder || got["GET /a"][0] != "test-api/write" {
		t.Errorf("with another scope the asset is %s, with %v", other, got)
	}
}

// TestGroupsComeAndGoAlone: neither a new group, nor a client more or less in one, changes anything
// in another stack. So nothing there can be in the way, and no one else's secret is rotated.
func TestGroupsComeAndGoAlone(t *testing.T) {
	many := manyClients(t)
	other := groupMark + "others\nclients:\n  weekly: {scopes: [test-api/read]}"
	for name, c := range map[string]struct{ before, after, changed string }{
		"a first group":          {many, many + jobs, "Clients-jobs"},
		"a second group":         {many + jobs, many + jobs + other, "Clients-others"},
		"a client more":          {many + other + jobs, many + other + jobs + daily, "Clients-jobs"},
		"no group any more":      {many + jobs, many, "Clients-jobs"},
		"a client less":          {many + other + jobs + daily, many + other + jobs, "Clients-jobs"},
		"a client more in Api":   {many + jobs, with(t, many, "\napi:", daily+"\napi:") + jobs, "Api"},
		"another rhythm":         {many + jobs, many + strings.Replace(jobs, "write]}", "write], rotation: {everyDays: 3}}", 1), "Clients-jobs"},
		"another authorizer TTL": {many + jobs, with(t, many, "authorizer: function", "authorizer: {function: {ttl: 7}}") + jobs, "Api"},
	} {
		before, after := look(t, c.before).stage, look(t, c.after).stage
		for stack := range before.stacks {
			same := string(before.stacks[stack].raw) == string(after.stacks[stack].raw)
			if same == (stack == c.changed) {
				t.Errorf("%s: %s is the same: %t", name, stack, same)
			}
		}
	}
}

// TestGrowing takes 50 clients behind the JWT authorizer to a function authorizer, and further to
// groups: nothing of the first 50 is another resource or has another property, so nobody gets
// another id or secret.
func TestGrowing(t *testing.T) {
	fifty := with(t, variant, "\napi:", clientLines(2, 50)+"\napi:")
	function := strings.Replace(with(t, variant, "\napi:", clientLines(2, 120)+"\napi:"), "\n  routes:", "\n  authorizer: function\n  routes:", 1)
	groups := function + groupMark + "a\nclients:" + clientLines(200, 240) + groupMark + "b\nclients:" + clientLines(240, 280)
	before := look(t, fifty).stage.stacks["Api"]
	for name, yaml := range map[string]string{"120 with a function authorizer": function, "200 with groups": groups} {
		after := look(t, yaml).stage.stacks["Api"]
		kept := 0
		for id, resource := range before.section("Resources") {
			if !strings.HasPrefix(id, "Clients") {
				continue
			}
			kept++
			was, is := resource.(map[string]any), after.section("Resources")[id]
			if diff := cmp.Diff(was["Properties"], at(is, "Properties")); diff != "" {
				t.Errorf("%s: %s changes:\n%s", name, id, diff)
			}
		}
		if kept != 3*50 {
			t.Errorf("%s: %d resources of the first clients, want 150", name, kept)
		}
	}
}

// clientLines are clients of a file, from number first up to another.
func clientLines(first, end int) string {
	var lines strings.Builder
	for i := first; i < end; i++ {
		fmt.Fprintf(&lines, "\n  client-%04d: {scopes: [test-api/read]}", i)
	}
	return lines.String()
}

// thousand is an environment of 1,000 clients in 8 groups and the Api stack, as random as the files
// allow.
func thousand(t *testing.T, seed uint64) string {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 17))
	left := random.Perm(1000)
	yaml := with(t, variant, "\napi:", "\nsecrets: {customerKey: true}\napi:\n  authorizer: {function: {ttl: "+fmt.Sprint(random.IntN(301))+"}}")
	take := func(n int) string {
		var lines strings.Builder
		for _, number := range left[:n] {
			reader := ""
			if random.IntN(8) == 0 {
				reader = fmt.Sprintf(`, secretReaders: ["arn:aws:iam::210987654321:role/r%d"]`, random.IntN(48))
			}
			fmt.Fprintf(&lines, "\n  p-%x: {scopes: [test-api/%s], accessTokenValidity: %dm, rotation: {everyDays: %d}%s}", number,
				[]string{"read", "write", "read, test-api/write"}[random.IntN(3)], 5+random.IntN(1436), 1+random.IntN(1000), reader)
		}
		left = left[n:]
		return lines.String()
	}
	yaml = strings.Replace(yaml, "\nsecrets:", take(random.IntN(90))+"\nsecrets:", 1)
	for group := range 8 {
		n := len(left) / (8 - group)
		yaml += fmt.Sprintf("%sgroup-%d\nclients:%s", groupMark, group, take(n))
	}
	return yaml
}

// TestAThousandClients loads and synthesizes such environments, and runs all guards on them.
func TestAThousandClients(t *testing.T) {
	for seed := range uint64(2) {
		s := look(t, thousand(t, seed)).stage
		if n := len(s.env.AllClients()); n != 1002 || len(s.env.Groups) != 8 { // with the variant's two
			t.Fatalf("%d clients in %d groups", n, len(s.env.Groups))
		}
		for guard, check := range guards {
			if findings := check(s); len(findings) > 0 {
				t.Errorf("seed %d: %s: %d findings, the first: %s", seed, guard, len(findings), findings[0])
			}
		}
	}
}

// TestManyNamesInAPolicyAreRefused: such an environment can't be loaded, but a project may add
// statements to a role.
func TestManyNamesInAPolicyAreRefused(t *testing.T) {
	source := newSource(t)
	env := source.load(t, variant)
	for i := range 100 {
		env.Clients = append(env.Clients, config.Client{
			Name: fmt.Sprintf("client-%d", i), Scopes: []string{"test-api/read"}, AccessTokenValidity: time.Hour, Rotation: config.Rotation{EveryDays: 30},
		})
	}
	_, err := synthUnbundled(t.TempDir(), string(source), env)
	if err == nil || !strings.Contains(err.Error(), "the inline policy of dev/Api/Rotation/Rotate/Role has up to") || !strings.Contains(err.Error(), "IAM allows 10240") {
		t.Errorf("error %v, want the role's policy to be too long", err)
	}
	env.API.Authorizer = &config.FunctionAuthorizer{}
	if _, err := synthUnbundled(t.TempDir(), string(source), env); err != nil {
		t.Errorf("with a function authorizer, which names no secret: %v", err)
	}
}
