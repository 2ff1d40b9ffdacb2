package rehearsal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/journal"
	"cognito-m2m/internal/run"
)

// recordFile is where the record of a stack is.
func (r *Rehearsal) recordFile(stackID string) string {
	sum := sha256.Sum256([]byte(stackID))
	return filepath.Join(r.run.Folder.Stacks(), hex.EncodeToString(sum[:])+".json")
}

// saveRecord writes what the engine keeps of a stack into a file of its own, after a line with its
// ARN.
func (r *Rehearsal) saveRecord(stackID string, content []byte) error {
	file := r.recordFile(stackID)
	delete(r.recorded, stackID)
	if content == nil {
		if err := os.Remove(file); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if err := os.MkdirAll(r.run.Folder.Stacks(), 0o700); err != nil {
		return &run.StateDirError{Dir: r.run.Folder.Stacks(), Err: err}
	}
	record := slices.Concat([]byte(stackID), []byte("\n"), content)
	if err := run.ReplaceFile(file, record); err != nil {
		return err
	}
	r.recorded[stackID] = int64(len(record))
	return nil
}

// appendRecord appends a line to the file.
func (r *Rehearsal) appendRecord(stackID string, line []byte) error {
	size, known := r.recorded[stackID]
	if !known {
		return errNoRecord
	}
	if err := journal.Append(r.recordFile(stackID), size, line); err != nil {
		return err
	}
	r.recorded[stackID] += int64(len(line))
	return nil
}

var errNoRecord = errors.New("this run has not written the record")

// StacksError says that what a rehearsal knows of its stacks can't be used. It was left as it is.
type StacksError struct {
	File   string
	Reason string
}

func (e *StacksError) Error() string { return e.File + ": " + e.Reason }

// records are what the engine before this one kept, and in which files. What a run that was killed
// has begun to write is removed.
func (r *Rehearsal) records() (records map[string][]byte, files map[string]string, err error) {
	records, files = map[string][]byte{}, map[string]string{}
	entries, err := os.ReadDir(r.run.Folder.Stacks())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, &run.StateDirError{Dir: r.run.Folder.Stacks(), Err: err}
	}
	for _, entry := range entries {
		file := filepath.Join(r.run.Folder.Stacks(), entry.Name())
		if strings.HasPrefix(entry.Name(), ".") {
			if err := os.Remove(file); err != nil {
				return nil, nil, &run.StateDirError{Dir: r.run.Folder.Stacks(), Err: err}
			}
			continue
		}
		raw, err := run.ReadFile(file)
		if err != nil {
			return nil, nil, &run.StateDirError{Dir: r.run.Folder.Stacks(), Err: err}
		}
		stackID, record, _ := strings.Cut(string(raw), "\n")
		records[stackID], files[stackID] = []byte(record), file
	}
	if r.run.State.Fresh() && len(records) > 0 {
		return nil, nil, &StacksError{File: r.run.State.File(), Reason: "it is not there, and " + r.run.Folder.Stacks() + " has stacks whose ids and secrets were in it"}
	}
	return records, files, nil
}

// openEngine has stacks deployed by the rehearsal.
func (r *Rehearsal) openEngine() error {
	records, files, err := r.records()
	if err != nil {
		return err
	}
	if err := r.run.State.Keep(); err != nil { // whoever has been told the access key goes on using it
		return err
	}
	var faults []engine.Fault
	for _, text := range r.run.Fail {
		faults = append(faults, engine.ParseFault(text))
	}
	r.engine, err = engine.New(engine.Config{
		Provider: r, Save: r.saveRecord, Append: r.appendRecord, Records: records, Object: r.uploads.object,
		Stored: func(_ context.Context, in engine.Place, name string) (string, bool) {
			return r.run.Parameters.Value(in, name)
		},
		Faults: faults, Slow: r.run.Slow, Now: r.run.Now, Log: r.run.Log,
	})
	if unusable, ok := errors.AsType[*engine.RecordError](err); ok {
		return &StacksError{File: files[unusable.StackID], Reason: unusable.Error()}
	}
	return err
}
