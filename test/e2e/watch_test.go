package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/synth"
)

// editedProject is a copy of the project that `m2m up --watch` runs, and whose files a test edits.
type editedProject struct {
	*process

	dir string
}

func watched(t *testing.T) *editedProject {
	t.Helper()
	dir := builtProject(t)
	// The access log grows with every call, and lies where changes are looked for.
	return &editedProject{process: up(t, dir, "--watch", "--access-log", filepath.Join(dir, "access.log")), dir: dir}
}

// projectCopies are folders for tests that edit the project. Each is one test's at a time; two, so
// that two such tests can run.
var projectCopies = sync.OnceValues(func() (chan string, error) {
	names := []string{"a", "b"}
	copies := make(chan string, len(names))
	for _, name := range names {
		dir, err := m2mtest.Place(root, name, filepath.Join(scratch, name))
		if err != nil {
			return nil, err
		}
		copies <- dir
	}
	return copies, nil
})

// builtProject is the test's until it ends: the sources as they are, without the stage's limit,
// which calls under way must not meet; the assembly and the functions that a first run has made of
// them; and no other state. The app is there once it was needed.
func builtProject(t *testing.T) (dir string) {
	t.Helper()
	copies, err := projectCopies()
	if err != nil {
		t.Fatal(err)
	}
	dir = <-copies
	t.Cleanup(func() { copies <- dir })
	layProject(t, dir)
	makeOnce(t, dir)
	m2mtest.TakeKept(t, scratch, "project", filepath.Join(dir, ".m2m"))
	return dir
}

// made is held while the first test that needs it makes what every test finds in a copy.
var made struct {
	sync.Mutex

	done bool
}

// makeOnce runs the project in dir, which takes what a run of earlier tests made, if it still fits.
func makeOnce(t *testing.T, dir string) {
	t.Helper()
	made.Lock()
	defer made.Unlock()
	if made.done {
		return
	}
	state := filepath.Join(dir, ".m2m")
	m2mtest.TakeKept(t, root, "project", state)
	up(t, dir).Interrupt(t)
	m2mtest.Keep(t, root, "project", state)
	m2mtest.Keep(t, scratch, "project", state)
	made.done = true
	layProject(t, dir)
}

// layProject replaces all but the app that was built there.
func layProject(t *testing.T, dir string) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(left, filepath.Join(dir, ".m2m")) {
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	}
	const limit, none = "throttle: {rate: 100, burst: 200}", "throttle: {rate: 10000, burst: 5000}"
	m2mtest.CopyProject(t, root, dir, strings.Replace(devYAML(t), limit, none, 1))
	if !strings.Contains(m2mtest.Read(t, filepath.Join(dir, "environments", "dev.yaml")), none) {
		t.Fatalf("%q is not in the environment file", limit)
	}
	modules, err := filepath.Abs(filepath.Join(root, "node_modules")) // for the pinned Node, where it is installed
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
}

// edit replaces text in a file, and returns what takes that back.
func (p *editedProject) edit(t *testing.T, name, before, after string) (undo func()) {
	t.Helper()
	file := filepath.Join(p.dir, name)
	content := m2mtest.Read(t, file)
	if !strings.Contains(content, before) {
		t.Fatalf("%q is not in %s", before, name)
	}
	m2mtest.Write(t, file, strings.Replace(content, before, after, 1))
	return func() { m2mtest.Write(t, file, content) }
}

// says waits until the run has said each text after what it had said at offset. What it says and
// that it is ready reach the test by different ways, in any order.
func (p *process) says(t *testing.T, offset int, texts ...string) {
	t.Helper()
	for _, text := range texts {
		await(t, text, func() bool { return strings.Contains(p.Stderr.String()[offset:], text) })
	}
}

// await waits for something that a synth may come before.
func await(t *testing.T, what string, there func() bool) {
	t.Helper()
	begun := time.Now()
	for !there() {
		if time.Since(begun) > 3*time.Minute {
			t.Fatalf("%s did not come", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Logf("%s: after %.1f s", what, time.Since(begun).Seconds())
}

// underLoad makes calls that are all to be answered with 200, until the returned function is
// called.
func (p *process) underLoad(t *testing.T, token string) (stop func()) {
	ended, answered := make(chan struct{}), 0
	var caller sync.WaitGroup
	caller.Go(func() {
		for {
			select {
			case <-ended:
				return
			case <-time.After(5 * time.Millisecond): // leaves the processors to what is tested
			}
			if !p.answers200(t, token) {
				return
			}
			answered++
		}
	})
	return func() {
		close(ended)
		caller.Wait()
		t.Logf("%d calls were answered meanwhile", answered)
	}
}

func (p *process) answers200(t *testing.T, token string) bool {
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.APIURL+"/test_jwt", nil)
	if err != nil {
		t.Error(err)
		return false
	}
	request.Header.Set("Authorization", token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Errorf("a call while a change was applied: %v", err)
		return false
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("a call while a change was applied: %s", response.Status)
	}
	return response.StatusCode == http.StatusOK
}

// TestWatch edits a project while its environment runs and calls go on.
func TestWatch(t *testing.T) {
	t.Parallel()
	p := watched(t)
	reader, writer := p.token(t, "reader").AccessToken, p.token(t, "writer").AccessToken
	defer p.underLoad(t, reader)()
	contentType := func() string { return p.call(t, "GET", "/test_jwt", reader).ContentType }
	onReadRoute := func(token string) int { return p.call(t, "GET", "/test_jwt/read", token).Status }
	const handler, environment = "lambda/echo/handler.go", "environments/dev.yaml"

	t.Run("a function", func(t *testing.T) {
		offset := len(p.Stderr.String())
		p.edit(t, handler, `"application/json"`, `"application/first"`)
		await(t, "the new answer", func() bool { return contentType() == "application/first" })
		p.says(t, offset, "nothing else differs")
	})
	t.Run("a function with a mistake, then without", func(t *testing.T) {
		offset := len(p.Stderr.String())
		repair := p.edit(t, handler, `"application/first"`, `"application/second" oops`)
		p.says(t, offset, "The environment keeps running as before")
		p.says(t, offset, "handler.go:", "syntax error")
		if got := contentType(); got != "application/first" {
			t.Errorf("after a mistake the answer is %q", got)
		}
		repair()
		p.edit(t, handler, `"application/first"`, `"application/second"`)
		await(t, "the repaired answer", func() bool { return contentType() == "application/second" })
	})
	t.Run("a scope", func(t *testing.T) {
		offset := len(p.Stderr.String())
		if got := onReadRoute(reader); got != 200 {
			t.Fatalf("reader got %d before", got)
		}
		p.edit(t, environment, "scopes: [test-api/read], function: echo", "scopes: [test-api/write], function: echo")
		await(t, "the refusal of reader", func() bool { return onReadRoute(reader) == 403 })
		if got := onReadRoute(writer); got != 200 {
			t.Errorf("writer got %d", got)
		}
		p.says(t, offset, "changed: route GET /test_jwt/read")
	})
	t.Run("a mistake in the environment file, and another client", func(t *testing.T) {
		offset := len(p.Stderr.String())
		repair := p.edit(t, environment, "writer: {scopes: [test-api/write]}", "writer: {scopes: [test-api/writ]}")
		p.says(t, offset, "The environment keeps running as before")
		p.says(t, offset, "environments/dev.yaml:17:", `did you mean "test-api/write"`)
		repair()
		p.edit(t, environment, "  writer: {", "  batch: {")
		p.says(t, offset, "Applied in")
		p.says(t, offset, "added: client batch", "removed: client writer")
		if got := onReadRoute(writer); got != 401 {
			t.Errorf("a token of the removed client: %d", got)
		}
		cmd := command(t, p.dir, "token", "batch")
		token, err := cmd.Output()
		if err != nil {
			t.Fatalf("a token for the new client: %v", err)
		}
		if got := onReadRoute(strings.TrimSpace(string(token))); got != 200 {
			t.Errorf("the new client got %d", got)
		}
	})
	p.says(t, 0, "reader   200", "reader   403", "insufficient_scope")
}

// TestRunAfterWatch is Ctrl-C after a change that was validated, then a run that finds its
// assembly.
func TestRunAfterWatch(t *testing.T) {
	t.Parallel()
	p := watched(t)
	token := p.token(t, "reader").AccessToken
	offset := len(p.Stderr.String())
	p.edit(t, "environments/dev.yaml", "rate: 100", "rate: 101")
	p.says(t, offset, "changed: stage $default")
	validated := synth.RecordFile(filepath.Join(p.dir, ".m2m", "dev", "next", "cdk.out"))
	m2mtest.Eventually(t, "the change is validated", func() bool {
		_, err := os.Stat(validated)
		return err == nil
	})
	p.Interrupt(t)
	for _, left := range []string{"next", "built", "run.json"} {
		if _, err := os.Stat(filepath.Join(p.dir, ".m2m", "dev", left)); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", left, err)
		}
	}
	again := up(t, p.dir, "--access-log", filepath.Join(p.dir, "access.log"))
	again.says(t, 0, "Nothing has changed since the last synth")
	echoed(t, again.call(t, "GET", "/test_jwt", token))
}

// TestInterruptedWatch is Ctrl-C while a change is synthesized.
func TestInterruptedWatch(t *testing.T) {
	t.Parallel()
	p := watched(t)
	offset := len(p.Stderr.String())
	p.edit(t, "environments/dev.yaml", "rate: 100", "rate: 101")
	p.says(t, offset, "synthesizing dev ...")
	p.Interrupt(t)
	if strings.Contains(p.Stderr.String()[offset:], "m2m: ") {
		t.Errorf("it said %s", p.Stderr.String()[offset:])
	}
}

// TestWatchOfWhatNeverRests edits a project in which another file changes all the time: every synth
// is overtaken by a change, and the edit is applied all the same.
func TestWatchOfWhatNeverRests(t *testing.T) {
	t.Parallel()
	p := watched(t)
	ended := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-ended:
				return
			case <-time.After(50 * time.Millisecond):
				if err := os.WriteFile(filepath.Join(p.dir, "restless"), make([]byte, i), 0o600); err != nil {
					t.Error(err)
				}
			}
		}
	})
	defer func() {
		close(ended)
		writer.Wait()
	}()
	offset := len(p.Stderr.String())
	p.edit(t, "environments/dev.yaml", "rate: 100", "rate: 101")
	p.says(t, offset, "changed: stage $default")
}

// TestWatchedAssembly changes an assembly in place, as a synth by hand does.
func TestWatchedAssembly(t *testing.T) {
	t.Parallel()
	dir := patched(t, func(map[string]any) {})
	p := up(t, scratch, "--assembly", dir, "--watch", "--state", newState(t))
	reader := p.token(t, "reader").AccessToken
	defer p.underLoad(t, reader)()
	changed := patched(t, func(template map[string]any) {
		properties(template, "", "AWS::ApiGatewayV2::Route", func(route map[string]any) {
			if route["RouteKey"] == "GET /test_jwt/read" {
				route["AuthorizationScopes"] = []any{"test-api/write"}
			}
		})
	})
	files, err := filepath.Glob(filepath.Join(changed, "assembly-dev", "*.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		m2mtest.Write(t, filepath.Join(dir, "assembly-dev", filepath.Base(file)), m2mtest.Read(t, file))
	}
	await(t, "the refusal of reader", func() bool { return p.call(t, "GET", "/test_jwt/read", reader).Status == 403 })
}
