package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/run"
)

// Uploads are what was uploaded to a rehearsal.
type Uploads interface {
	// Code finds the unpacked code of a function by the bucket and key that it was uploaded to. Its
	// error is what Lambda says.
	Code(bucket, key string) (assembly.Asset, error)
	// Object reads the template at a URL.
	Object(ctx context.Context, url string) ([]byte, error)
}

// record is what the engine keeps of a stack, as it is written.
type record struct {
	StackID string          `json:"stack_id"`
	Record  json.RawMessage `json:"record"`
}

// saveRecord writes what the engine keeps of a stack into a file of its own.
func (r *Rehearsal) saveRecord(stackID string, content []byte) error {
	sum := sha256.Sum256([]byte(stackID))
	file := filepath.Join(r.folder.Stacks(), hex.EncodeToString(sum[:])+".json")
	if content == nil {
		if err := os.Remove(file); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	raw, err := json.Marshal(record{stackID, content})
	if err != nil {
		return fmt.Errorf("encoding the record of stack %s: %w", stackID, err)
	}
	if err := os.MkdirAll(r.folder.Stacks(), 0o700); err != nil {
		return &run.StateDirError{Dir: r.folder.Stacks(), Err: err}
	}
	return run.ReplaceFile(file, raw)
}

// records are what the engine before this one kept. What a run that was killed has begun to write
// is removed.
func (r *Rehearsal) records() (map[string][]byte, error) {
	records := map[string][]byte{}
	entries, err := os.ReadDir(r.folder.Stacks())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &run.StateDirError{Dir: r.folder.Stacks(), Err: err}
	}
	for _, entry := range entries {
		file := filepath.Join(r.folder.Stacks(), entry.Name())
		if strings.HasPrefix(entry.Name(), ".") {
			if err := os.Remove(file); err != nil {
				return nil, &run.StateDirError{Dir: r.folder.Stacks(), Err: err}
			}
			continue
		}
		raw, err := run.ReadFile(file)
		if err != nil {
			return nil, &run.StateDirError{Dir: r.folder.Stacks(), Err: err}
		}
		var kept record
		if err := json.Unmarshal(raw, &kept); err != nil {
			return nil, fmt.Errorf("reading %s: %w", file, err)
		}
		records[kept.StackID] = kept.Record
	}
	return records, nil
}

// openEngine has stacks deployed by the rehearsal.
func (r *Rehearsal) openEngine() error {
	records, err := r.records()
	if err != nil {
		return err
	}
	var faults []engine.Fault
	for _, text := range r.cfg.Fail {
		faults = append(faults, engine.ParseFault(text))
	}
	r.engine, err = engine.New(engine.Config{
		Provider: r, Save: r.saveRecord, Records: records, Object: r.uploads.Object,
		Faults: faults, Slow: r.cfg.Slow, Now: r.cfg.Now, Log: r.cfg.Log,
	})
	return err
}
