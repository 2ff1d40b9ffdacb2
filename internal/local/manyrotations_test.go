package local_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
)

// sixtySecrets puts many secrets in the place of the one of rotatedAtGate.
func sixtySecrets(api servingtest.Template) {
	secret, schedule := api.Resources()["Rotated"], api.Resources()["Schedule"]
	delete(api.Resources(), "Rotated")
	delete(api.Resources(), "Schedule")
	for i := range 60 {
		name := fmt.Sprintf("Rotated%02d", i)
		api.Resources()[name] = map[string]any{"Type": secret.(map[string]any)["Type"], "Properties": map[string]any{"Name": name}}
		properties := map[string]any{"SecretId": map[string]any{"Ref": name}}
		for key, value := range schedule.(map[string]any)["Properties"].(map[string]any) {
			if _, own := properties[key]; !own {
				properties[key] = value
			}
		}
		api.Resources()["Schedule"+name] = map[string]any{"Type": schedule.(map[string]any)["Type"], "Properties": properties}
	}
}

// TestReadyBeforeTheLastRotation: a run with sixty secrets is ready when fifty are rotated, and
// says how many are not. Those are the next start's, and no other.
func TestReadyBeforeTheLastRotation(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	open := make(chan struct{})
	gate := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if asked.Add(1) > 50 {
			select {
			case <-open:
			case <-r.Context().Done():
			}
		}
	}))
	t.Cleanup(gate.Close)
	state, dir := t.TempDir(), rotatedAtGate(t, gate.URL, unthrottled)
	servingtest.ChangeTemplate(t, dir, sixtySecrets)
	report := &servingtest.Report{T: t}
	first, d := start(t, serving.Config{StateDir: state, Report: report}, dir)
	servingtest.Token(t, d, "reader")
	if status, body := servingtest.Status(t, d, "/test_jwt", ""); status != 401 {
		t.Errorf("a call while secrets are rotated: %d %s", status, body)
	}
	if said := report.Said(); !slices.ContainsFunc(said, func(s string) bool { return strings.HasPrefix(s, "10 more secrets are rotated in the background: ") }) {
		t.Errorf("it does not say how many are left: %q", said)
	}
	// Four run at a time. One that came to the gate after the end of its run would count below.
	m2mtest.Eventually(t, "all that run", func() bool { return asked.Load() == 54 })
	hurried, cancel := context.WithCancel(t.Context())
	cancel()
	if err := first.Close(hurried); err != nil {
		t.Fatal(err)
	}
	if said := report.Said(); !slices.Contains(said, "10 secrets are not rotated yet; the next start does it.") {
		t.Errorf("at its end it does not say what is not done: %q", said)
	}

	close(open)
	asked.Store(0)
	start(t, serving.Config{StateDir: state}, dir)
	if n := asked.Load(); n != 10 {
		t.Errorf("the next start has tested %d secrets, want the 10 that were left", n)
	}
}

// TestManyFailedRotations: the first few are told one by one, and all are counted.
func TestManyFailedRotations(t *testing.T) {
	t.Parallel()
	dir := rotatedAtGate(t, "http://127.0.0.1:1", unthrottled)
	servingtest.ChangeTemplate(t, dir, sixtySecrets)
	report := &servingtest.Report{T: t}
	start(t, serving.Config{Report: report}, dir)
	const all = "60 of 60 rotations failed: `m2m clients` shows which"
	m2mtest.Eventually(t, "the end of all rotations", func() bool { return slices.Contains(report.Said(), all) })
	told := 0
	for _, text := range report.Said() {
		if strings.HasPrefix(text, "rotating secret Rotated") {
			told++
		}
	}
	if told != 10 {
		t.Errorf("%d failures are told one by one, want the first 10", told)
	}
}
