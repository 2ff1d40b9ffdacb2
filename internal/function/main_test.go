package function_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cognito-m2m/internal/function"
	"cognito-m2m/internal/m2mtest"
)

// programs is the folder with the test functions, built once.
var programs string

func TestMain(m *testing.M) {
	m2mtest.AtOnce(8) // they wait for functions and limits
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	folder, err := os.MkdirTemp("", "function-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if err := m2mtest.BuildFunctions(folder+"/", "./testdata/sdk", "./testdata/script", "./testdata/puppet"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	programs = folder
	// What a developer's shell has, and no function must see.
	for _, name := range []string{"AWS_PROFILE", "AWS_ACCESS_KEY_ID", "DEVELOPER_TOKEN"} {
		if err := os.Setenv(name, "developers-own"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return m.Run()
}

// newFunction starts nothing yet; the function is closed, and its processes are gone, when t ends.
func newFunction(t *testing.T, program string, cfg function.Config) *function.Function {
	t.Helper()
	cfg.Name = "test"
	cfg.Bootstrap = filepath.Join(programs, program)
	if cfg.Timeout == 0 {
		cfg.Timeout = time.Minute
	}
	if cfg.InitTimeout == 0 {
		cfg.InitTimeout = time.Minute
	}
	f, err := function.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return f
}

// report is what testdata/script answers.
type report struct {
	PID     int
	Child   int
	Environ []string
	Dir     string
}

// call invokes f with an event for testdata/script.
func call(f *function.Function, event []byte) (report, error) {
	var r report
	response, _, err := f.Invoke(context.Background(), event)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(response, &r)
}

// order is call where no error is expected.
func order(t *testing.T, f *function.Function, event string) report {
	t.Helper()
	r, err := call(f, []byte(event))
	if err != nil {
		t.Fatalf("invoking with %s: %v", event, err)
	}
	return r
}

// barrier lets functions meet: each calls its URL and waits there until open is called.
type barrier struct {
	*httptest.Server
	arrived chan struct{}
	opened  chan struct{}
	open    func()
}

func newBarrier(t *testing.T) *barrier {
	t.Helper()
	b := &barrier{arrived: make(chan struct{}, 100), opened: make(chan struct{})}
	b.open = sync.OnceFunc(func() { close(b.opened) })
	b.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b.arrived <- struct{}{}
		select {
		case <-b.opened:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() {
		b.open()
		b.CloseClientConnections()
		b.Close()
	})
	return b
}

// event is an order to come to the barrier.
func (b *barrier) event(do string) []byte {
	return fmt.Appendf(nil, `{"do":%q,"url":%q}`, do, b.URL)
}

// output collects lines.
type output struct {
	lines chan string
}

func newOutput() *output {
	return &output{lines: make(chan string, 1000)}
}

func (o *output) Write(line []byte) (int, error) {
	o.lines <- strings.TrimSuffix(string(line), "\n")
	return len(line), nil
}

// journal is a log that lets a test wait for a message.
func journal() (log *slog.Logger, records <-chan string) {
	written := make(chan string, 1000)
	return slog.New(slog.NewTextHandler(channelWriter(written), &slog.HandlerOptions{Level: slog.LevelDebug})), written
}

type channelWriter chan<- string

func (c channelWriter) Write(record []byte) (int, error) {
	c <- string(record)
	return len(record), nil
}

// waitFor returns the first text in the channel that contains part.
func waitFor(t *testing.T, texts <-chan string, part string) string {
	t.Helper()
	for {
		select {
		case text := <-texts:
			if strings.Contains(text, part) {
				return text
			}
		case <-t.Context().Done():
			t.Fatalf("nothing with %q came", part)
		}
	}
}
