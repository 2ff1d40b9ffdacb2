package state

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cognito-m2m/internal/journal"
	"cognito-m2m/internal/run"
)

// journalVersion is the version of the journal's format. Version 1 has nothing that goes on, and is
// read, too.
const journalVersion = 2

// journalHead is a journal's first line. A journal goes with the state file of one content: it has
// what has changed since that was written. Beside another one it means nothing, because that was
// written later, with all of it.
type journalHead struct {
	Version int    `json:"version"`
	State   string `json:"state"` // SHA-256 of the state file
}

// journalFile is the journal beside the state file: each change is a line of JSON.
type journalFile struct {
	path string

	begun bool
	size  int64
}

// smallest is what a journal may have before its changes are written into the state file.
const smallest = 1 << 20

// readJournal returns the changes in the journal that goes with the state file of this content. The
// error of a journal that is not there is fs.ErrNotExist.
func readJournal(path string, content []byte) ([]change, error) {
	raw, err := run.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, &run.StateDirError{Dir: filepath.Dir(path), Err: err}
	}
	first, rest, whole := bytes.Cut(raw, []byte("\n"))
	var head journalHead
	if !whole || json.Unmarshal(first, &head) != nil || head.State != digest(content) {
		return nil, nil
	}
	if head.Version < 1 || head.Version > journalVersion {
		return nil, &Error{File: path, Reason: fmt.Sprintf("has version %d, and this program reads version %d", head.Version, journalVersion)}
	}
	var changes []change
	err = journal.Each(rest, func(line []byte) error {
		var c change
		if err := json.Unmarshal(line, &c); err != nil {
			return err
		}
		changes = append(changes, c)
		return nil
	})
	if unreadable, ok := errors.AsType[*journal.LineError](err); ok {
		return nil, &Error{File: path, Reason: fmt.Sprintf("is not the journal of a local run: line %d: %s", unreadable.Line+1, reason(err))}
	}
	return changes, err
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// append writes a line. If that fails, the journal is as it was.
func (j *journalFile) append(line []byte) error {
	if err := journal.Append(j.path, j.size, line); err != nil {
		return err
	}
	j.size += int64(len(line))
	return nil
}

// begin makes a journal for the state file of this digest, with a first line.
func (j *journalFile) begin(state string, line []byte) error {
	head, err := json.Marshal(journalHead{Version: journalVersion, State: state})
	if err != nil {
		return err
	}
	first := append(append(head, '\n'), line...)
	if err := run.ReplaceFile(j.path, first); err != nil {
		return err
	}
	j.begun, j.size = true, int64(len(first))
	return nil
}

// end removes the journal.
func (j *journalFile) end() error {
	j.begun, j.size = false, 0
	if err := os.Remove(j.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &run.StateDirError{Dir: filepath.Dir(j.path), Err: err}
	}
	return nil
}
