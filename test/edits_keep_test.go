package test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// keptEdit is an edit as test/rehearse reads it. From and To are folders with assemblies whose
// functions have no program.
type keptEdit struct {
	Name    string   `json:"name"`
	From    string   `json:"from"`
	To      string   `json:"to"`
	Changes []string `json:"changes"`
	Notices string   `json:"notices"`
}

// keepEdits writes the table of edits into folder, as edits.json, and the assemblies beside it.
func keepEdits(t *testing.T, folder string) {
	t.Helper()
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	var table []keptEdit
	for _, e := range edits(t) {
		if e.apart {
			continue
		}
		table = append(table, keptEdit{e.name, keepSeen(t, folder, orElse(e.from, variant)), keepSeen(t, folder, e.to), e.want, e.notices})
	}
	raw, err := json.MarshalIndent(table, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "edits.json"), raw)
}

// keepSeen copies what look has synthesized of a file, once.
func keepSeen(t *testing.T, folder, yaml string) (name string) {
	t.Helper()
	dir := look(t, yaml).dir
	name = filepath.Base(dir)
	to := filepath.Join(folder, name)
	if _, err := os.Stat(to); err == nil {
		return name
	}
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return name
}
