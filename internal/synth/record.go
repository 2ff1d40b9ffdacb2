package synth

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"
)

// record says what an assembly was made of. It lies beside the assembly's folder and is gone while
// that is being made.
type record struct {
	Inputs   string    `json:"inputs"`   // the digest of the project and the tools, before it was made
	Reads    *reads    `json:"reads"`    // what else it was made of; nil in a record that does not know
	Others   string    `json:"others"`   // the digest of that; "" if it has changed while the assembly was made
	Begun    time.Time `json:"begun"`    // when making it began
	Assembly string    `json:"assembly"` // the digest of what was made
	Warnings []string  `json:"warnings"`
	Build    *built    `json:"build,omitempty"` // nil if that is not known
}

// RecordFile is the file beside the assembly in outdir that says what it was made of. Without it,
// the assembly is made anew.
func RecordFile(outdir string) string { return filepath.Clean(outdir) + ".inputs.json" }

func readRecord(outdir string) (r record, ok bool) {
	raw, err := os.ReadFile(RecordFile(outdir))
	return r, err == nil && json.Unmarshal(raw, &r) == nil && r.Reads != nil
}

// holds reports whether the assembly in outdir was made of exactly these inputs, and has not
// changed since.
func (r record) holds(outdir, inputs string) bool {
	if r.Inputs != inputs {
		return false
	}
	others, err := area{reads: *r.Reads}.digest()
	if err != nil || others != r.Others {
		return false
	}
	found, err := area{root: outdir}.digest()
	return err == nil && found == r.Assembly
}

// write completes the record of the assembly that was made.
func (r record) write(outdir string) (err error) {
	if r.Others, err = r.others(); err != nil {
		return fmt.Errorf("reading what the assembly was made of: %w", err)
	}
	if r.Assembly, err = (area{root: outdir}).digest(); err != nil {
		return fmt.Errorf("reading the assembly: %w", err)
	}
	raw, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encoding what the assembly was made of: %w", err)
	}
	file := RecordFile(outdir)
	if err := renameio.WriteFile(file, raw, 0o644, renameio.WithTempDir(filepath.Dir(file))); err != nil {
		return fmt.Errorf("writing what the assembly was made of: %w", err)
	}
	return nil
}

// others is the digest of what was read beside the project.
func (r record) others() (string, error) { return area{reads: *r.Reads}.digestBefore(r.Begun) }
