package function_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"cognito-m2m/internal/function"
	"cognito-m2m/internal/m2mtest"
)

// functionError expects err to be a function error of a type, and returns its message.
func functionError(t *testing.T, err error, wantType string) string {
	t.Helper()
	var got *function.Error
	if !errors.As(err, &got) {
		t.Fatalf("error = %v, want a function error", err)
	}
	if got.Type != wantType {
		t.Errorf("type = %q (%v), want %q", got.Type, got, wantType)
	}
	return got.Message
}

func TestTimeoutEndsProcess(t *testing.T) {
	t.Parallel()
	f := newFunction(t, "script", function.Config{Timeout: 5 * time.Second})
	forked := order(t, f, `{"do":"fork"}`)

	_, _, err := f.Invoke(t.Context(), []byte(`{"do":"hang"}`))
	got := functionError(t, err, "Sandbox.Timedout")
	if want := "Task timed out after 5.00 seconds"; !strings.Contains(got, want) {
		t.Errorf("message = %q, want one with %q", got, want)
	}
	if m2mtest.Running(forked.PID) {
		t.Errorf("process %d is still there", forked.PID)
	}
	m2mtest.AwaitGone(t, forked.Child)
	if next := order(t, f, `{}`); next.PID == forked.PID {
		t.Error("the next invocation has the same process")
	}
}

func TestCrashFailsOnlyItsInvocation(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		event string
		want  string
	}{
		"exit 0": {`{"do":"exit"}`, "Runtime exited without providing a reason"},
		"exit 1": {`{"do":"exit","size":1}`, "Runtime exited with error: exit status 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFunction(t, "script", function.Config{})
			before := order(t, f, `{}`)
			_, requestID, err := f.Invoke(t.Context(), []byte(test.event))
			got := functionError(t, err, "Runtime.ExitError")
			for _, want := range []string{requestID, test.want} {
				if !strings.Contains(got, want) {
					t.Errorf("message = %q, want one with %q", got, want)
				}
			}
			if after := order(t, f, `{}`); after.PID == before.PID {
				t.Error("the next invocation has the same process")
			}
		})
	}
}

func TestResponseBeforeExitCounts(t *testing.T) {
	t.Parallel()
	f := newFunction(t, "script", function.Config{})
	last := order(t, f, `{"do":"leave"}`)
	if next := order(t, f, `{}`); next.PID == last.PID {
		t.Error("the next invocation has the same process")
	}
}

func TestKilledProcessFailsOnlyItsInvocation(t *testing.T) {
	t.Parallel()
	f := newFunction(t, "script", function.Config{})
	pid := order(t, f, `{}`).PID
	meeting := newBarrier(t)
	result := make(chan error, 1)
	go func() {
		_, _, err := f.Invoke(t.Context(), meeting.event("hang"))
		result <- err
	}()
	<-meeting.arrived
	other := order(t, f, `{}`) // beside it

	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	functionError(t, <-result, "Runtime.ExitError")
	if next := order(t, f, `{}`); next.PID != other.PID {
		t.Errorf("process = %d, want the other one, %d", next.PID, other.PID)
	}
}

func TestProcessThatDiesIdleIsReplaced(t *testing.T) {
	t.Parallel()
	log, records := journal()
	f := newFunction(t, "script", function.Config{Log: log})
	pid := order(t, f, `{}`).PID
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	waitFor(t, records, "execution environment ended")
	if next := order(t, f, `{}`); next.PID == pid {
		t.Errorf("process = %d again", pid)
	}
}

func TestInitFailure(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		init     string
		wantType string
		want     string
	}{
		"exits":     {"exit", "Runtime.ExitError", "exit status 3"},
		"reports":   {"report", "Config.Missing", "no configuration"},
		"takes too": {"hang", "Sandbox.Timedout", "Error: Task timed out after 0.20 seconds"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := function.Config{Environment: map[string]string{"INIT": test.init}, Concurrency: new(1)}
			if test.init == "hang" {
				cfg.InitTimeout, cfg.Timeout = 100*time.Millisecond, 200*time.Millisecond
			}
			f := newFunction(t, "script", cfg)
			for range 2 { // each in a process of its own
				_, _, err := f.Invoke(t.Context(), []byte(`{}`))
				got := functionError(t, err, test.wantType)
				if !strings.Contains(got, test.want) {
					t.Errorf("message = %q, want one with %q", got, test.want)
				}
			}
		})
	}
}

// TestInitIsTriedOnceMore fails the first initialization of an invocation, and the second is a part
// of that.
func TestInitIsTriedOnceMore(t *testing.T) {
	t.Parallel()
	for _, init := range []string{"exit", "report", "hang"} {
		t.Run(init, func(t *testing.T) {
			t.Parallel()
			cfg := function.Config{Environment: map[string]string{"INIT": init, "INIT_ONCE": filepath.Join(t.TempDir(), "done")}}
			if init == "hang" {
				cfg.InitTimeout = 5 * time.Second // it hangs once it has said so in INIT_ONCE, on a busy machine too
			}
			order(t, newFunction(t, "script", cfg), `{"do":"environ"}`)
		})
	}
}

func TestBootstrapThatDoesNotStart(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/bootstrap"
	if err := os.WriteFile(path, []byte("#!/no/such/interpreter\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := function.New(function.Config{Name: "test", Bootstrap: path})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = f.Invoke(t.Context(), []byte(`{}`))
	functionError(t, err, "Runtime.InvalidEntrypoint")
	if err := f.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// A runtime may end by itself when the function is closed.
func TestCloseTerminatesBeforeItKills(t *testing.T) {
	t.Parallel()
	out := newOutput()
	f := newFunction(t, "puppet", function.Config{Output: out})
	p := startPuppet(t, f, out)
	p.finish(p.next())
	if err := f.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	waitFor(t, out.lines, "terminated")
}

// The errors of functions that fail, as they were recorded from AWS: localstack/localstack
// 8b9a79f0, tests/aws/services/lambda_/test_lambda.py, test_lambda_invoke_with_timeout (25
// November 2025) and the tests of runtimes that exit (24 November 2025).
func TestRecordedErrors(t *testing.T) {
	t.Parallel()
	for event, want := range map[string]struct{ errorType, message string }{
		`{"do":"exit","size":0}`:   {"Runtime.ExitError", "Runtime exited without providing a reason"},
		`{"do":"exit","size":127}`: {"Runtime.ExitError", "Runtime exited with error: exit status 127"},
		`{"do":"hang"}`:            {"Sandbox.Timedout", "Task timed out after 1.00 seconds"},
	} {
		config := function.Config{}
		if want.errorType == "Sandbox.Timedout" {
			config.Timeout = time.Second
		}
		_, id, err := newFunction(t, "script", config).Invoke(t.Context(), []byte(event))
		if got := functionError(t, err, want.errorType); got != "RequestId: "+id+" Error: "+want.message {
			t.Errorf("%s: got %q", event, got)
		}
	}
}
