package state_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/redacted"
	"cognito-m2m/internal/state"
)

// running is a state as a run has it that has begun: with the recording in its file.
func running(t *testing.T) (s *state.State, path, content string) {
	t.Helper()
	path, _ = recorded(t)
	s = read(t, path)
	if err := s.Keep(); err != nil {
		t.Fatal(err)
	}
	return s, path, m2mtest.Read(t, path)
}

// secretsOf is a client with one secret of this value.
func secretsOf(value string) []cognito.ClientSecret {
	return []cognito.ClientSecret{{ID: "fake client id--9", CreateDate: time.Date(2030, 1, 3, 0, 0, 0, 0, time.UTC), Value: redacted.Text(value)}}
}

// recordedReader is the client's newest secret in the recording.
const recordedReader = "newer <sesame> & co"

func keepReader(t *testing.T, s *state.State, value string) {
	t.Helper()
	if err := s.KeepClientSecrets(readerID, secretsOf(value)); err != nil {
		t.Fatal(err)
	}
}

// readerIn is the text of the client's newest secret in the next run.
func readerIn(t *testing.T, path string) string {
	t.Helper()
	secrets := readerOf(t, read(t, path))
	return string(secrets[len(secrets)-1].Value)
}

// readerOf are the client's secrets, as the next assembly gets them.
func readerOf(t *testing.T, s *state.State) []cognito.ClientSecret {
	t.Helper()
	c := s.Candidate()
	at := assembly.Resource{Stack: "m2m-dev-Api", LogicalID: "ClientReader"}
	id, err := c.ID(assembly.Key{Stack: at.Stack, LogicalID: at.LogicalID, Type: "AWS::Cognito::UserPoolClient", Fingerprint: "f2", Region: "eu-central-1"})
	if err != nil {
		t.Fatal(err)
	}
	secrets, err := c.ClientSecrets(assembly.UserPoolClient{Resource: at, ID: id, GenerateSecret: true}, time.Now())
	if err != nil || id != readerID {
		t.Fatalf("the client is %s, %v", id, err)
	}
	return secrets
}

// TestAChangeIsALine: what changes is appended, and the state file stays as it is. The next run has
// both, and so has the one file that a run leaves.
func TestAChangeIsALine(t *testing.T) {
	t.Parallel()
	s, path, content := running(t)
	s.ServeAt(poolURL)
	for i := range 20 {
		keepReader(t, s, fmt.Sprintf("sesame %d", i))
	}
	if err := s.KeepSecrets(holding("open " + poolURL + "/x")); err != nil {
		t.Fatal(err)
	}
	if m2mtest.Read(t, path) != content {
		t.Error("the state file is written for a change")
	}
	journal := m2mtest.Read(t, path+".journal")
	if lines := strings.Count(journal, "\n"); lines != 22 || len(journal) > 22*1000 {
		t.Errorf("the journal has %d lines and %d bytes, want one short line for each of 21 changes, and the first", lines, len(journal))
	}
	if info, err := os.Stat(path + ".journal"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the journal: %v, %v", info, err)
	}
	if got := readerIn(t, path); got != "sesame 19" {
		t.Errorf("the next run has %q", got)
	}
	next := read(t, path)
	next.ServeAt(poolURL)
	if diff := cmp.Diff(s.SecretsManager(), next.SecretsManager()); diff != "" {
		t.Errorf("Secrets Manager (-kept +read):\n%s", diff)
	}
	if err := s.Fold(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + ".journal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the journal is left: %v", err)
	}
	if got := readerIn(t, path); got != "sesame 19" {
		t.Errorf("folded, it has %q", got)
	}
}

// TestAStartThatChangesNothingWritesNothing: the state file stays, until something changes.
func TestAStartThatChangesNothingWritesNothing(t *testing.T) {
	t.Parallel()
	path, content := recorded(t)
	m2mtest.Write(t, path, content+"\n") // not as it would be written
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	unwritten := func() bool {
		now, err := os.Stat(path)
		return err == nil && os.SameFile(before, now) && now.ModTime().Equal(before.ModTime())
	}
	s := read(t, path)
	s.ServeAt(poolURL)
	err = errors.Join(s.Adopt(candidateOf(t, s, recordedKeys()...)), s.KeepSecretsManager(s.SecretsManager()))
	if _, none := os.Stat(path + ".journal"); err != nil || !unwritten() || !errors.Is(none, fs.ErrNotExist) {
		t.Errorf("something is written, or %v", err)
	}
	keepReader(t, s, "changed")
	if got := readerIn(t, path); !unwritten() || got != "changed" {
		t.Errorf("the next run has %q, and a change should be a line in the journal", got)
	}
}

// TestAStartThatChangesSomethingWritesIt, and what a killed run has left beside the state file.
func TestAStartThatChangesSomethingWritesIt(t *testing.T) {
	t.Parallel()
	replaced := recordedKeys()
	replaced[1].Fingerprint = "another"
	for name, c := range map[string]struct {
		keys   []assembly.Key
		before func(t *testing.T, path string)
		want   func(content string) bool
	}{
		"a resource that is gone":     {keys: recordedKeys()[:2], want: func(content string) bool { return !strings.Contains(content, "AWS::Region::None") }},
		"a resource that is replaced": {keys: replaced, want: func(content string) bool { return strings.Contains(content, `"another"`) }},
		"what a journal has": {
			keys: recordedKeys(),
			before: func(t *testing.T, path string) {
				t.Helper()
				s := read(t, path)
				if err := s.Keep(); err != nil {
					t.Fatal(err)
				}
				keepReader(t, s, "in the journal")
			},
			want: func(content string) bool { return strings.Contains(content, "in the journal") },
		},
		"a journal of another state file": {
			keys:   recordedKeys(),
			before: func(t *testing.T, path string) { t.Helper(); m2mtest.Write(t, path+".journal", "{}\n") },
			want:   func(string) bool { return true },
		},
		"a client's first secret": {
			keys: recordedKeys(),
			before: func(t *testing.T, path string) {
				t.Helper()
				m2mtest.Write(t, path, strings.Replace(m2mtest.Read(t, path), `"secrets"`, `"without"`, 1))
			},
			want: func(content string) bool { return !strings.Contains(content, `"without"`) },
		},
		"a new access key": {
			keys: recordedKeys(),
			before: func(t *testing.T, path string) {
				t.Helper()
				m2mtest.Write(t, path, strings.Replace(m2mtest.Read(t, path), `"aws_access_key"`, `"without"`, 1))
			},
			want: func(content string) bool { return strings.Contains(content, `"aws_access_key"`) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, _ := recorded(t)
			if c.before != nil {
				c.before(t, path)
			}
			s := read(t, path)
			next := candidateOf(t, s, c.keys...)
			if _, err := next.ClientSecrets(assembly.UserPoolClient{Resource: assembly.Resource{Stack: "m2m-dev-Api", LogicalID: "ClientReader"}, ID: readerID, GenerateSecret: true}, time.Now()); err != nil {
				t.Fatal(err)
			}
			if err := s.Adopt(next); err != nil {
				t.Fatal(err)
			}
			if !c.want(m2mtest.Read(t, path)) {
				t.Error("it is not in the state file")
			}
			if _, err := os.Stat(path + ".journal"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the journal is left: %v", err)
			}
		})
	}
}

// TestJournalsThatCountAndThoseThatDoNot edits what lies on the disk, as a kill, a backup or an
// accident leaves it.
func TestJournalsThatCountAndThoseThatDoNot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit func(state, journal string) (string, string)
		want string // the client's secret; "" for an error that names the journal
	}{
		"as it is":              {func(s, j string) (string, string) { return s, j }, "second"},
		"the last line cut off": {func(s, j string) (string, string) { return s, j[:len(j)-9] }, "first"},
		"its end cut off":       {func(s, j string) (string, string) { return s, j[:len(j)-1] }, "first"},
		"rubbish at its end":    {func(s, j string) (string, string) { return s, j + "\x00\x00\x00\n" }, "second"},
		"only half a head":      {func(s, j string) (string, string) { return s, j[:20] }, recordedReader},
		"nothing":               {func(s, _ string) (string, string) { return s, "" }, recordedReader},
		"of an earlier state file": {func(s, j string) (string, string) {
			return strings.Replace(s, "older sesame", "restored", 1), j
		}, recordedReader},
		"a line in the middle that is none": {func(s, j string) (string, string) {
			lines := strings.SplitAfter(j, "\n")
			lines[1] = "sesame\n"
			return s, strings.Join(lines, "")
		}, ""},
		"a wrong type": {func(s, j string) (string, string) {
			lines := strings.SplitAfter(j, "\n")
			lines[1] = `{"client_secrets": ["sesame"]}` + "\n"
			return s, strings.Join(lines, "")
		}, ""},
		"the version before": {func(s, j string) (string, string) { return s, strings.Replace(j, `"version":2`, `"version":1`, 1) }, "second"},
		"a newer version":    {func(s, j string) (string, string) { return s, strings.Replace(j, `"version":2`, `"version":3`, 1) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, path, _ := running(t)
			keepReader(t, s, "first")
			keepReader(t, s, "second")
			content, journal := c.edit(m2mtest.Read(t, path), m2mtest.Read(t, path+".journal"))
			m2mtest.Write(t, path, content)
			m2mtest.Write(t, path+".journal", journal)
			if c.want != "" {
				if got := readerIn(t, path); got != c.want {
					t.Errorf("the next run has %q, want %q", got, c.want)
				}
				return
			}
			_, err := state.Read(path)
			unusable, ok := errors.AsType[*state.Error](err)
			if !ok || unusable.File != path+".journal" || strings.Contains(err.Error(), "sesame") {
				t.Errorf("the error is %v", err)
			}
			if m2mtest.Read(t, path) != content || m2mtest.Read(t, path+".journal") != journal {
				t.Error("the files were changed")
			}
		})
	}
}

// TestAJournalDoesNotOutliveItsStateFile: a state that is again what its file says does not get the
// changes that were taken back since.
func TestAJournalDoesNotOutliveItsStateFile(t *testing.T) {
	t.Parallel()
	s, path, content := running(t)
	before := readerOf(t, s)
	keepReader(t, s, strings.Repeat("x", 1<<20-1000)) // the next change is too much for the journal
	if got := readerIn(t, path); len(got) < 1<<19 {
		t.Fatal("the change is not in the journal: this test shows nothing")
	}
	if err := s.KeepClientSecrets(readerID, before); err != nil {
		t.Fatal(err)
	}
	if m2mtest.Read(t, path) != content {
		t.Fatal("the state file is not what it was: this test shows nothing")
	}
	if got := readerIn(t, path); got != recordedReader {
		t.Errorf("the next run has a secret of %d bytes", len(got))
	}
	keepReader(t, s, "changed")
	if got := readerIn(t, path); got != "changed" {
		t.Errorf("the next run has %q", got)
	}
}

// TestStateFileRemovedWhileItChanges: the next change writes all of it.
func TestStateFileRemovedWhileItChanges(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(path string) error{
		"the state file": os.Remove,
		"the journal":    func(path string) error { return os.Remove(path + ".journal") },
		"both":           func(path string) error { return errors.Join(os.Remove(path), os.Remove(path+".journal")) },
		"another in its place": func(path string) error {
			return errors.Join(os.Remove(path), os.WriteFile(path, []byte(`{"version": 2, "resources": {}}`), 0o600))
		},
	} {
		s, path, _ := running(t)
		keepReader(t, s, "first")
		if err := remove(path); err != nil {
			t.Fatal(err)
		}
		if err := s.KeepSecrets(holding("second")); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := readerIn(t, path); got != "first" {
			t.Errorf("%s: the next run has %q", name, got)
		}
		if got := read(t, path).SecretsManager().Secrets[arn].Versions[0].Value; got != "second" {
			t.Errorf("%s: the next run has %q in Secrets Manager", name, string(got))
		}
	}
}

// TestAJournalDoesNotGrowForEver: it is folded into the state file when it has more than that.
func TestAJournalDoesNotGrowForEver(t *testing.T) {
	t.Parallel()
	s, path, _ := running(t)
	long := strings.Repeat("x", 100<<10)
	for i := range 30 {
		keepReader(t, s, fmt.Sprint(long, i))
		info, err := os.Stat(path + ".journal")
		if err == nil && info.Size() > 1<<20 {
			t.Fatalf("the journal has %d bytes", info.Size())
		}
	}
	if got := readerIn(t, path); got != long+"29" {
		t.Errorf("the next run has another secret, of %d bytes", len(got))
	}
}

// TestAStepOfAnOperationIsALine, too: it does not have the resources of all steps. The next run has
// them, also under another operation of the stack.
func TestAStepOfAnOperationIsALine(t *testing.T) {
	t.Parallel()
	s, path, _ := running(t)
	at := partition.Place{AccountID: "123456789012", Region: "eu-central-1"}
	idOf := func(c *state.Candidate, i int) string {
		id, err := c.ID(assembly.Key{Stack: "app", LogicalID: fmt.Sprintf("Client%03d", i), Type: "AWS::Cognito::UserPoolClient", Fingerprint: "f", Region: at.Region})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	for _, operation := range []string{"first", "second"} {
		next, ids := s.CandidateFor(at, "app", operation), []string{}
		for i := range 300 {
			ids = append(ids, idOf(next, i))
		}
		var sizes []int
		for step := range 30 {
			stack := &state.Stack{Operation: &state.Operation{ID: operation, Template: "t", There: []string{fmt.Sprint("step ", step)}}}
			if err := s.KeepStack(at, "app", stack, next); err != nil {
				t.Fatal(err)
			}
			sizes = append(sizes, len(m2mtest.Read(t, path+".journal")))
		}
		if first, others := sizes[1]-sizes[0], sizes[29]-sizes[0]; others > 30*500 || first > 500 {
			t.Errorf("the steps of the %s operation have %d bytes", operation, others)
		}
		again := read(t, path)
		if there := again.Stacks()[at]["app"].Operation.There; there[0] != "step 29" {
			t.Errorf("the next run is at %q", there)
		}
		for i, id := range ids {
			if got := idOf(again.CandidateFor(at, "app", operation), i); got != id {
				t.Fatalf("in the %s operation, resource %d is %s in the next run, and was %s", operation, i, got, id)
			}
		}
	}
}

// killedFile has TestMain's child change the state in this file until it is killed.
const killedFile = "STATE_TEST_KILLED_FILE"

func TestMain(m *testing.M) {
	if path := os.Getenv(killedFile); path != "" {
		changeForever(path)
	}
	os.Exit(m.Run())
}

// changeForever prints each change when it is kept. Some are large, so that the state file is
// written again and again.
func changeForever(path string) {
	s, err := state.Read(path)
	if err != nil {
		panic(err)
	}
	for i := 0; ; i++ {
		value := fmt.Sprintf("%d-%d", os.Getpid(), i)
		held := holding(value + strings.Repeat("x", i%3*200<<10))
		if err := errors.Join(s.KeepSecrets(held), s.KeepClientSecrets(readerID, secretsOf(value))); err != nil {
			panic(err)
		}
		if i%7 == 0 {
			if err := s.Keep(); err != nil {
				panic(err)
			}
		}
		fmt.Println(value)
	}
}

// TestKilled kills the process in the middle of its changes, again and again: what was said to be
// kept is there, or what came after it.
func TestKilled(t *testing.T) {
	t.Parallel()
	path, _ := recorded(t)
	for run := range 8 {
		child := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0])
		child.Env = append(os.Environ(), killedFile+"="+path)
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 2 + 5*run {
			if !lines.Scan() {
				t.Fatal("the child ended")
			}
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		said := lines.Text()
		for lines.Scan() {
			said = lines.Text()
		}
		_ = child.Wait() // it was killed
		number := func(value string) (i int) {
			if _, err := fmt.Sscanf(value, fmt.Sprintf("%d-%%d", child.Process.Pid), &i); err != nil {
				t.Errorf("run %d: %.50s is not of the last run: %v", run, value, err)
			}
			return i
		}
		got := readerIn(t, path)
		held := string(read(t, path).SecretsManager().Secrets[arn].Versions[0].Value)
		if number(got) < number(said) || number(held) < number(said) || number(got) > number(said)+1 {
			t.Errorf("run %d: said %s, and has %s and %.50s", run, said, got, held)
		}
	}
}
