package local_test

import (
	"context"
	"io"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
)

// TestLoadLeavesNoGoroutine is not parallel, so that no other test's goroutines begin while it
// counts.
func TestLoadLeavesNoGoroutine(t *testing.T) {
	http.DefaultClient.CloseIdleConnections()
	before := runtime.NumGoroutine()
	run, d := start(t, serving.Config{}, servingtest.AssemblyDir(t, unthrottled))
	reader := servingtest.Token(t, d, "reader")
	burst(t, d.APIURL+"/test_jwt/read", reader)
	// What one process takes is bounded; what one call would leave is not.
	warm := runtime.NumGoroutine()
	for range 4 {
		burst(t, d.APIURL+"/test_jwt/read", reader)
	}
	goroutines(t, "after more calls", warm+10*connections)
	if err := run.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
	goroutines(t, "after the run", before)
}

func unthrottled(api servingtest.Template) {
	for _, value := range api.Resources() {
		properties, _ := value.(map[string]any)["Properties"].(map[string]any)
		delete(properties, "DefaultRouteSettings")
		delete(properties, "ReservedConcurrentExecutions")
	}
}

// goroutines waits until there are no more than limit; closing a connection takes a moment.
func goroutines(t *testing.T, when string, limit int) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for runtime.NumGoroutine() > limit {
		if time.Now().After(deadline) {
			t.Errorf("%s: %d goroutines, want at most %d", when, runtime.NumGoroutine(), limit)
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

const connections = 8

// burst makes authorized calls over a few connections, which it closes.
func burst(t *testing.T, url, token string) {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: connections}
	defer transport.CloseIdleConnections()
	var callers sync.WaitGroup
	for range connections {
		callers.Go(func() {
			for range 50 {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
				if err != nil {
					t.Error(err)
					return
				}
				request.Header.Set("Authorization", token)
				response, err := transport.RoundTrip(request)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
					t.Errorf("%d, %v", response.StatusCode, err)
				}
				response.Body.Close()
			}
		})
	}
	callers.Wait()
}
