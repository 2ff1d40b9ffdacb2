package local_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestStateOfVersion1 takes a state back to the format from before secrets were
// rotated, and goes on with it.
func TestStateOfVersion1(t *testing.T) {
	t.Parallel()
	state, dir := t.TempDir(), assemblyDir(t, nil)
	first := run(t, state, dir)
	file := filepath.Join(state, "dev", "state.json")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	document["version"] = 1
	delete(document, "secrets_manager")
	changed := 0
	for _, value := range document["resources"].(map[string]any) {
		resource := value.(map[string]any)
		secrets, ok := resource["secrets"].([]any)
		for i := range secrets {
			secrets[i] = secrets[i].(map[string]any)["value"]
		}
		if ok {
			changed++
		}
	}
	if changed != len(first.Clients) {
		t.Fatalf("%d clients have secrets, want %d", changed, len(first.Clients))
	}
	if raw, err = json.Marshal(document); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.Clients, run(t, state, dir).Clients); diff != "" {
		t.Errorf("clients (-before +after):\n%s", diff)
	}
}
