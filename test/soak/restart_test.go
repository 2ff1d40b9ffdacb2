package soak

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestKilledRuntime kills the runtime again and again, while it starts and while it issues tokens.
// Whatever it had said before stays true, and an id that it has kept stays, said or not.
func TestKilledRuntime(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	dir, state := assembly(t, "echo"), t.TempDir()
	var kept keptState
	var tokens []string // one of each run
	for range count(5, 50) {
		killWhileStarting(t, dir, state)
		kept.check(t, state)

		e := up(t, dir, state)
		kept.check(t, state)
		noLitter(t, state)
		if kept.clients == nil {
			kept.clients = e.Clients
		}
		if diff := cmp.Diff(kept.clients, e.Clients); diff != "" {
			t.Fatalf("clients changed (-first +now):\n%s", diff)
		}
		tokens = append(tokens, e.mustToken(t, "reader"))
		for i, token := range tokens {
			if status, body := send(noKeepAlive, e.get(t, "/test_jwt", token)()); status != 200 {
				t.Fatalf("the token of run %d got %d %s", i+1, status, body)
			}
		}
		tokens = append(tokens[:len(tokens)-1], e.killWhileIssuing(t))
		kept.check(t, state)
	}
	if kept.content == nil {
		t.Error("no state file was compared")
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("killed runs left %v in the temporary folder, %v", left, err)
	}
	t.Logf("%d runs, %d tokens, each accepted by every later run", 2*len(tokens), len(tokens))
}

// killWhileStarting ends a start at any moment, from before its first line to after it is ready.
func killWhileStarting(t *testing.T, dir, state string) {
	t.Helper()
	cmd := command(dir, state)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(rand.N(150 * time.Millisecond))
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // it was killed
}

// killWhileIssuing kills the runtime while several callers ask for tokens, and returns the last one
// that was issued.
func (e *environment) killWhileIssuing(t *testing.T) (last string) {
	t.Helper()
	const callers = 4
	kill, after := make(chan struct{}), 1+rand.Int64N(40)
	var issued atomic.Int64
	var mu sync.Mutex
	var asking sync.WaitGroup
	for range callers {
		asking.Go(func() {
			for {
				token, err := e.token(t.Context(), "reader")
				if err != nil {
					return // killed
				}
				mu.Lock()
				last = token
				mu.Unlock()
				if issued.Add(1) == after {
					close(kill)
				}
			}
		})
	}
	<-kill
	e.Kill(t)
	asking.Wait()
	return last
}

// keptState is what a state folder held first.
type keptState struct {
	ids     map[string]keptID // by stack and logical id
	clients any               // nil until a run was ready
	content []byte            // of the state file, from then on
}

type keptID struct {
	ID string `json:"id"`
}

// check wants the ids and the state file as they were first; until there is one, none is fine. A
// run that is killed before it is ready may have kept ids, and not yet what belongs to them.
func (k *keptState) check(t *testing.T, state string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(state, "dev", "state.json"))
	if errors.Is(err, fs.ErrNotExist) && k.ids == nil {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	var now struct {
		Resources map[string]keptID `json:"resources"`
	}
	if err := json.Unmarshal(raw, &now); err != nil {
		t.Fatal(err)
	}
	if k.ids == nil {
		k.ids = now.Resources
	}
	if diff := cmp.Diff(k.ids, now.Resources); diff != "" {
		t.Fatalf("ids changed (-first +now):\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(state, "dev", journal)); err == nil || k.clients == nil {
		return // with a journal, the next start writes both into one
	}
	if k.content == nil {
		k.content = raw
	}
	if !bytes.Equal(raw, k.content) {
		t.Fatalf("the state file was %d bytes and has other %d now", len(k.content), len(raw))
	}
}

// journal has what has changed since the state file was written.
const journal = "state.json.journal"

// noLitter wants a running environment's folder to hold what it needs, and nothing that killed runs
// have left.
func noLitter(t *testing.T, state string) {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(state, "dev"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !slices.Contains([]string{"lock", "run.json", "state.json", journal}, file.Name()) {
			t.Errorf("%s was left in the state folder", file.Name())
		}
	}
}
