package e2e

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/synth"
)

var (
	staySeed  = flag.Uint64("stay.seed", 14, "what the edits of TestStayMakesWhatAColdSynthMakes follow from")
	stayEdits = flag.Int("stay.edits", fewEdits, "how many edits it makes; with more, all templates are validated, too")
)

const fewEdits = 12

// TestStayMakesWhatAColdSynthMakes edits a project at random. After every two edits, the assembly
// of the app that stays is byte for byte that of a process of its own.
func TestStayMakesWhatAColdSynthMakes(t *testing.T) {
	t.Parallel()
	e := newRandomEdits(t, *staySeed, *stayEdits)
	stay := e.project.Stay()
	defer stay.Close()
	for e.next() {
		t.Logf("seed %d: %s", *staySeed, e.done)
		warm, cold := filepath.Join(t.TempDir(), "warm"), filepath.Join(t.TempDir(), "cold")
		fromStay, err := stay.Run(t.Context(), "dev", warm, noSteps{})
		if err = errors.Join(err, stay.Validate(t.Context())); err != nil {
			t.Fatal(err)
		}
		fromCold, err := e.project.Run(t.Context(), "dev", cold, noSteps{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fromCold, fromStay); diff != "" {
			t.Errorf("result (-cold +stay):\n%s", diff)
		}
		for _, difference := range differing(t, warm, cold) {
			t.Error(difference)
		}
	}
}

// TestWatchWithoutItsApp kills the kernel of the app that stays, and then the run.
func TestWatchWithoutItsApp(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/environ"); err != nil {
		t.Skip("needs Linux's /proc")
	}
	p := watched(t)
	applied := func(before, after string) {
		t.Helper()
		offset := len(p.Stderr.String())
		p.edit(t, "environments/dev.yaml", before, after)
		p.says(t, offset, "changed: stage $default")
	}
	applied("rate: 10000", "rate: 9000")
	kernel := slices.DeleteFunc(stayingProcesses(t, p.dir), func(pid int) bool {
		return !strings.Contains(m2mtest.Read(t, fmt.Sprintf("/proc/%d/cmdline", pid)), "jsii-runtime")
	})
	if len(kernel) == 0 {
		t.Fatal("no app stays")
	}
	for _, pid := range kernel {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			t.Fatal(err)
		}
	}
	applied("rate: 9000", "rate: 8000")
	applied("rate: 8000", "rate: 7000")
	if len(stayingProcesses(t, p.dir)) == 0 {
		t.Fatal("no other app stays")
	}
	p.Kill(t)
	m2mtest.Eventually(t, "the end of the app", func() bool { return len(stayingProcesses(t, p.dir)) == 0 })
}

// stayingProcesses are those of an app that stays, in a project's folder: the app itself and Node.
func stayingProcesses(t *testing.T, dir string) (pids []int) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		at, err := os.Readlink(filepath.Join(filepath.Dir(file), "cwd"))
		if err != nil || at != dir {
			continue
		}
		environ, err := os.ReadFile(file)
		if pid, atoiErr := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil && atoiErr == nil && strings.Contains(string(environ), "M2M_READS=") {
			pids = append(pids, pid)
		}
	}
	return pids
}

type noSteps struct{}

func (noSteps) Step(string) func() { return func() {} }

// differing says how two folders differ.
func differing(t *testing.T, got, want string) (differences []string) {
	t.Helper()
	files := func(dir string) map[string]string {
		found := map[string]string{}
		err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				found[name] = m2mtest.Read(t, filepath.Join(dir, name))
			}
			return err
		})
		if err != nil || len(found) < 5 {
			t.Fatalf("reading %s: %d files, %v", dir, len(found), err)
		}
		return found
	}
	is, wanted := files(got), files(want)
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if content, there := is[name]; !there || content != wanted[name] {
			differences = append(differences, fmt.Sprintf("%s differs (there: %t)", name, there))
		}
	}
	for name := range is {
		if _, there := wanted[name]; !there {
			differences = append(differences, name+" is too much")
		}
	}
	return differences
}

// randomEdits are of every kind, in an order by a seed.
type randomEdits struct {
	*testing.T

	project     *synth.Project
	random      *rand.Rand
	environment map[string]any
	left        []string // kinds
	done        string   // by the last call of next
	count       int
}

func newRandomEdits(t *testing.T, seed uint64, count int) *randomEdits {
	t.Helper()
	dir, err := m2mtest.Place(root, "stay", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m2mtest.CopyProject(t, root, dir, devYAML(t))
	if count <= fewEdits { // validation takes most of the time of a process of its own
		m2mtest.Replace(t, filepath.Join(dir, "cdk.json"), `"app": "`, `"app": "CDK_VALIDATION=false `)
	}
	p, err := synth.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	e := &randomEdits{T: t, project: p, random: rand.New(rand.NewPCG(seed, 0)), environment: map[string]any{
		"name": "dev", "region": "ap-northeast-1",
		"resourceServers": []any{map[string]any{"identifier": "test-api", "scopes": map[string]any{"read": "Read", "write": "Write"}}},
		"clients":         map[string]any{"reader": map[string]any{"scopes": []any{"test-api/read"}}},
		"api": map[string]any{
			"routes":   []any{map[string]any{"path": "/test_jwt", "methods": []any{"GET"}, "scopes": []any{"test-api/read"}}},
			"throttle": map[string]any{"rate": 100, "burst": 200},
		},
	}}
	kinds := []string{
		"a client", "a scope", "a route", "a throttle", "a function's source", "a function, added",
		"a client, changed", "a scope of a route", "a function, removed", "a Go file of the app", "a file of one function alone", "no client",
	}
	for len(e.left) < count {
		e.random.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
		e.left = append(e.left, kinds...)
	}
	e.left = e.left[:count]
	return e
}

// next makes two edits, and reports whether any were left.
func (e *randomEdits) next() bool {
	var done []string
	for _, kind := range e.left[:min(2, len(e.left))] {
		e.count++
		e.edit(kind)
		done = append(done, kind)
	}
	e.left, e.done = e.left[len(done):], strings.Join(done, "; ")
	raw, err := json.Marshal(e.environment) // which is YAML, too
	if err != nil {
		e.Fatal(err)
	}
	m2mtest.Write(e, filepath.Join(e.project.Dir, "environments", "dev.yaml"), string(raw))
	return len(done) > 0
}

func (e *randomEdits) edit(kind string) {
	clients, api := e.environment["clients"].(map[string]any), e.environment["api"].(map[string]any)
	server := e.environment["resourceServers"].([]any)[0].(map[string]any)["scopes"].(map[string]any)
	name := fmt.Sprintf("x%d-%d", e.count, e.random.IntN(1000))
	scope := func() string {
		all := slices.Sorted(maps.Keys(server))
		return "test-api/" + all[e.random.IntN(len(all))]
	}
	route := func(function string) map[string]any {
		return map[string]any{"path": "/" + name, "methods": []any{"GET"}, "scopes": []any{scope()}, "function": function}
	}
	routes := api["routes"].([]any)
	switch kind {
	case "a client":
		clients[name] = map[string]any{"scopes": []any{scope()}}
	case "a client, changed":
		clients["reader"] = map[string]any{"scopes": []any{"test-api/read"}, "accessTokenValidity": fmt.Sprintf("%dm", 5+e.random.IntN(60))}
	case "no client":
		maps.DeleteFunc(clients, func(name string, _ any) bool { return name != "reader" })
	case "a scope":
		server[name] = "A scope"
	case "a route":
		api["routes"] = append(routes, route("echo"))
	case "a scope of a route":
		routes[0].(map[string]any)["scopes"] = []any{scope()}
	case "a throttle":
		api["throttle"] = map[string]any{"rate": 1 + e.random.IntN(1000), "burst": 1 + e.random.IntN(1000)}
	case "a function, added":
		if err := os.CopyFS(filepath.Join(e.project.Dir, "lambda", name), os.DirFS(filepath.Join(e.project.Dir, "lambda", "echo"))); err != nil {
			e.Fatal(err)
		}
		api["routes"] = append(routes, route(name))
	case "a function, removed": // the first route's stays
		api["routes"] = routes[:1]
	case "a function's source":
		e.append("lambda/echo/handler.go", name)
	case "a file of one function alone":
		e.append("client/token.go", name)
	case "a Go file of the app":
		m2mtest.Replace(e, filepath.Join(e.project.Dir, "stacks", "identity.go"), "User pool, ", "User pool, "+name+", ")
	default:
		e.Fatalf("no edit is %s", kind)
	}
}

// append adds something to a Go file that its program does not lack.
func (e *randomEdits) append(file, name string) {
	file = filepath.Join(e.project.Dir, file)
	m2mtest.Write(e, file, m2mtest.Read(e, file)+fmt.Sprintf("\nfunc init() { println(%q) }\n", name))
}
