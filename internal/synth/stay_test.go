package synth_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/synth"
)

// staysScript is an app of the code in app/ that stays, with one function. What it does stands in
// the file log. Files beside its environment make it fail: mistake, failure, finding; and once each
// broken, hung and late.
const staysScript = `#!/bin/sh
go build -buildvcs=false ./app || exit 1
made() {
	mkdir -p "$1/asset.$asset"
	printf %s "$environment" > "$1/manifest.json"
	echo "asset.$asset" > "$1/a.assets.json"
}
bundle() {
	go build -buildvcs=false ./function
	asset=$(cat function/asset)
}
fails() {
	[ -e "environments/$1" ] || return
	cat "environments/$1" >&2
	exit 1
}
once() { [ -e "../$1" ] && rm "../$1"; }
if [ -z "$M2M_STAY" ]; then
	echo cold >> ../log
	fails failure
	fails finding
	environment=$(cat environments/dev)
	echo "warning: $environment" >&2
	bundle
	made "$CDK_OUTDIR"
	exit
fi
echo start >> ../log
echo '{}' >&3
while read -r request; do
	case $request in
	*'"validate":true'*) does=validate ;;
	*'"assets":true'*) does='synth, assets' ;;
	*) does=synth ;;
	esac
	echo "$does" >> ../log
	environment=$(cat environments/dev)
	once broken && kill -9 $$
	once hung && sleep 600
	once late && read -r now < ../pipe
	if [ "$does" = validate ]; then
		fails finding
		echo '{}' >&3
		continue
	fi
	fails failure
	if [ -e environments/mistake ]; then
		echo "{\"error\":\"$(cat environments/mistake)\"}" >&3
		continue
	fi
	out=${request#*'"outdir":"'}
	[ "$does" = synth ] || bundle
	out=${out%%'"'*}
	mkdir -p "$out/asset.old"
	made "$out"
	echo "{\"warnings\":[\"$environment\"]}" >&3
done
echo end >> ../log
`

// stayed is a project whose app stays, and what a test does with it.
type stayed struct {
	*testing.T

	stay *synth.Stay
	p    *synth.Project
	out  string
}

func newStayed(t *testing.T) *stayed {
	t.Helper()
	t.Setenv("JSII_NODE", "/bin/true")
	m2mtest.NewHome(t) // has no .cdk.json
	t.Setenv("TMPDIR", t.TempDir())
	dir := t.TempDir()
	for name, content := range map[string]string{
		"cdk.json": `{"app": "sh app/stays.sh"}`, "app/stays.sh": staysScript, "app/app.go": "package app\n", "go.mod": "module example.com/app\n\ngo 1.25\n",
		"environments/dev": "first", "function/function.go": "package function\n", "function/asset": "one",
	} {
		m2mtest.Write(t, filepath.Join(dir, "project", name), content)
	}
	p, err := synth.Find(filepath.Join(dir, "project"))
	if err != nil {
		t.Fatal(err)
	}
	s := &stayed{T: t, stay: p.Stay(), p: p, out: filepath.Join(dir, "out")}
	t.Cleanup(s.stay.Close)
	return s
}

func (s *stayed) write(name, content string) { m2mtest.Write(s, filepath.Join(s.p.Dir, name), content) }

// run synthesizes, and returns the warnings.
func (s *stayed) run() (string, error) {
	s.Helper()
	result, err := s.stay.Run(s.Context(), "dev", s.out, &steps{})
	return strings.Join(result.Warnings, ", "), err
}

func (s *stayed) remove(name string) {
	s.Helper()
	if err := os.Remove(filepath.Join(s.p.Dir, name)); err != nil {
		s.Fatal(err)
	}
}

// fails runs, and looks at the error.
func (s *stayed) fails(want string) {
	s.Helper()
	_, err := s.run()
	if _, ok := errors.AsType[*synth.CommandError](err); !ok || err.Error() != want {
		s.Errorf("got %v, want %s", err, want)
	}
	if err := s.stay.Validate(s.Context()); err != nil {
		s.Errorf("nothing was made to validate: %v", err)
	}
}

// left are the temporary folders of processes that have not ended.
func (s *stayed) left() []string {
	s.Helper()
	left, err := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "m2m-synth-*"))
	if err != nil {
		s.Fatal(err)
	}
	return left
}

// makes runs and validates without an error, and looks at what was made.
func (s *stayed) makes(environment string) {
	s.Helper()
	warnings, err := s.run()
	if err = errors.Join(err, s.stay.Validate(s.Context())); err != nil || warnings != environment {
		s.Fatalf("got warnings %q, %v; want %q", warnings, err, environment)
	}
	if got := m2mtest.Read(s, filepath.Join(s.out, "manifest.json")); got != environment {
		s.Errorf("the assembly is of %q, want %q", got, environment)
	}
	want := "asset." + m2mtest.Read(s, filepath.Join(s.p.Dir, "function/asset"))
	if got := filepath.Base(m2mtest.Only(s, filepath.Join(s.out, "asset.*"))); got != want {
		s.Errorf("the asset is %s, want %s", got, want)
	}
	if !s.p.UpToDate(s.Context(), "dev", s.out) {
		s.Error("the assembly is not up to date")
	}
}

// logged looks at what the app's processes did since the last time.
func (s *stayed) logged(want ...string) {
	s.Helper()
	file := filepath.Join(filepath.Dir(s.p.Dir), "log")
	raw, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.Fatal(err)
	}
	if diff := cmp.Diff(strings.Join(want, "\n"), strings.TrimSpace(string(raw))); diff != "" {
		s.Errorf("what the app did (-want +got):\n%s", diff)
	}
	if err := os.RemoveAll(file); err != nil {
		s.Fatal(err)
	}
}

func TestStay(t *testing.T) {
	s := newStayed(t)
	s.makes("first")
	s.logged("start", "synth, assets", "validate")
	s.write("environments/dev", "second")
	s.makes("second")
	s.logged("synth", "validate")
	s.makes("second")
	s.logged() // nothing has changed

	s.write("environments/dev", "third")
	s.write("app/app.go", "package app // changed\n")
	s.makes("third")
	s.logged("start", "synth, assets", "validate")
	s.write("cdk.json", `{"app": "sh app/stays.sh", "context": {"flag": true}}`)
	s.makes("third")
	s.logged("start", "synth, assets", "validate")
	s.write("node_modules/.package-lock.json", "{}")
	s.makes("third")
	s.logged("start", "synth, assets", "validate")
	t.Setenv("CDK_DEFAULT_REGION", "eu-west-1")
	s.makes("third")
	s.logged("start", "synth, assets", "validate")
}

// TestStayBundlesAnew: the app takes from the last synth what is made of the same sources.
func TestStayBundlesAnew(t *testing.T) {
	s := newStayed(t)
	s.makes("first")
	s.logged("start", "synth, assets", "validate")
	for _, asset := range []string{"two", "one"} {
		s.write("function/asset", asset)
		s.makes("first")
		s.logged("synth, assets", "validate")
		s.write("environments/dev", asset)
		s.makes(asset)
		s.logged("synth", "validate")
		s.write("environments/dev", "first")
		s.makes("first")
		s.logged("synth", "validate")
	}
}

// TestStayTellsAMistake: one that the app itself finds is no reason to end it.
func TestStayTellsAMistake(t *testing.T) {
	s := newStayed(t)
	s.makes("first")
	s.logged("start", "synth, assets", "validate")
	s.write("environments/mistake", "dev.yaml:1:1: bad")
	for range 2 {
		s.fails("synthesizing dev: dev.yaml:1:1: bad")
		s.write("environments/dev", "second")
	}
	s.logged("synth", "synth, assets")
	s.remove("environments/mistake")
	s.makes("second")
	s.logged("synth, assets", "validate")
}

// TestStayTellsAFailure: an app that ends with status 1 has printed why, as one that does not stay.
func TestStayTellsAFailure(t *testing.T) {
	s := newStayed(t)
	s.write("environments/failure", "no such package")
	s.fails("synthesizing dev: no such package")
	s.logged("start", "synth, assets")
	s.fails("synthesizing dev: no such package")
	s.logged("start", "synth, assets")
	s.remove("environments/failure")
	s.makes("first")
	s.logged("start", "synth, assets", "validate")
	s.write("environments/failure", "no such package")
	s.fails("synthesizing dev: no such package")
	s.logged("synth")
}

// TestStayTellsAFinding: what validating finds is as loud as a failed synth, and the assembly is
// not one to begin with again.
func TestStayTellsAFinding(t *testing.T) {
	s := newStayed(t)
	s.makes("first")
	s.write("environments/finding", "E1: not a runtime")
	if _, err := s.run(); err != nil {
		t.Fatal(err)
	}
	err := s.stay.Validate(t.Context())
	if _, ok := errors.AsType[*synth.CommandError](err); !ok || err.Error() != "synthesizing dev: E1: not a runtime" {
		t.Errorf("got %v", err)
	}
	if s.p.UpToDate(t.Context(), "dev", s.out) {
		t.Error("an assembly with a finding would be used again")
	}
	s.logged("start", "synth, assets", "validate", "synth", "validate")
	s.remove("environments/finding")
	s.makes("first")
	s.logged("start", "synth, assets", "validate")
}

// TestStayOfABrokenApp: if the app dies or does not answer, the files are not to blame.
func TestStayOfABrokenApp(t *testing.T) {
	for _, what := range []string{"broken", "hung"} {
		t.Run(what, func(t *testing.T) {
			s := newStayed(t)
			s.makes("first")
			s.logged("start", "synth, assets", "validate")
			if what == "hung" {
				s.stay.Patience(time.Second)
			}
			s.write("environments/dev", "second")
			s.write("../"+what, "")
			s.makes("second")
			s.logged("synth", "cold")
			s.stay.Patience(time.Minute)
			s.write("environments/dev", "third")
			s.makes("third")
			s.logged("start", "synth, assets", "validate")

			s.write("environments/dev", "fourth")
			if _, err := s.run(); err != nil {
				t.Fatal(err)
			}
			s.write("../broken", "")
			if err := s.stay.Validate(t.Context()); err != nil {
				t.Errorf("validated by a synth that is not kept: %v", err)
			}
			s.logged("synth", "validate", "cold")
		})
	}
}

// TestStayOfAnAppThatDoesNot: every synth is one as by Run.
func TestStayOfAnAppThatDoesNot(t *testing.T) {
	s := newStayed(t)
	s.write("cdk.json", `{"app": "M2M_STAY= sh app/stays.sh"}`)
	s.makes("first")
	s.write("environments/dev", "second")
	s.makes("second")
	s.logged("cold", "cold")
	s.write("environments/failure", "no such package")
	s.fails("synthesizing dev: no such package")
	s.logged("cold")
}

// TestStayEnds after an idle time, after a number of synths, and with Close.
func TestStayEnds(t *testing.T) {
	s := newStayed(t)
	var idle func()
	s.stay.After(func(longest time.Duration, end func()) func() {
		if longest != 10*time.Minute {
			t.Errorf("the app may idle for %v", longest)
		}
		idle = end
		return func() {}
	})
	s.makes("first")
	before := idle
	s.write("environments/dev", "second")
	s.makes("second")
	before() // it was not idle
	s.logged("start", "synth, assets", "validate", "synth", "validate")
	if left := s.left(); len(left) == 0 {
		t.Error("nothing of a running app was seen")
	}
	idle()
	if left := s.left(); len(left) > 0 {
		t.Errorf("after an idle time there is %v", left)
	}
	s.stay.MostSynths(2)
	for i, want := range []string{"start", "", "start"} {
		s.write("environments/dev", fmt.Sprint(i))
		s.makes(fmt.Sprint(i))
		if want == "" {
			s.logged("synth", "validate")
			continue
		}
		s.logged(want, "synth, assets", "validate")
	}
	s.stay.Close()
	if left := s.left(); len(left) > 0 {
		t.Errorf("after the end there is %v", left)
	}
}

// TestStayGivesUpASynth whose files have changed: the app goes on, and so does the next.
func TestStayGivesUpASynth(t *testing.T) {
	s := newStayed(t)
	s.makes("first")
	s.logged("start", "synth, assets", "validate")
	pipe := filepath.Join(filepath.Dir(s.p.Dir), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	s.write("../late", "")
	s.write("environments/dev", "second")
	ctx, cancel := context.WithCancel(t.Context())
	opened := make(chan *os.File)
	go func() {
		file, err := os.OpenFile(pipe, os.O_WRONLY, 0) // returns when the app reads
		if err != nil {
			t.Error(err)
		}
		cancel()
		opened <- file
	}()
	if _, err := s.stay.Run(ctx, "dev", s.out, &steps{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := fmt.Fprintln(<-opened, "now"); err != nil {
		t.Fatal(err)
	}
	s.write("environments/dev", "third")
	s.makes("third")
	s.logged("synth", "synth, assets", "validate")
}

// TestStayEndsWithItsRun: of a run that is killed, only the end of its pipes is left.
func TestStayEndsWithItsRun(t *testing.T) {
	s := newStayed(t)
	s.makes("first")
	s.stay.HangUp()
	m2mtest.Eventually(t, "the end of the app", func() bool {
		raw, err := os.ReadFile(filepath.Join(filepath.Dir(s.p.Dir), "log"))
		return err == nil && strings.HasSuffix(string(raw), "end\n")
	})
}

// TestWarmUp makes the first synth before it is needed, and nothing that shows.
func TestWarmUp(t *testing.T) {
	s := newStayed(t)
	if _, err := s.p.Run(t.Context(), "dev", s.out, &steps{}); err != nil {
		t.Fatal(err)
	}
	s.makes("first")
	s.logged("cold")
	s.stay.WarmUp(t.Context(), "dev")
	s.logged("start", "synth, assets", "validate")
	s.write("environments/dev", "second")
	s.makes("second")
	s.logged("synth", "validate")
}
