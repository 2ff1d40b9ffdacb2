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

	"cognito-m2m/internal/run"
)

// journalVersion is the version of the journal's format.
const journalVersion = 1

// journalHead is a journal's first line. A journal goes with the state file of one content: it has
// what has changed since that was written. Beside another one it means nothing, because that was
// written later, with all of it.
type journalHead struct {
	Version int    `json:"version"`
	State   string `json:"state"` // SHA-256 of the state file
}

// journal is the file beside the state file that a change is appended to, as a line of JSON. So a
// change costs what it is, and not what all is.
type journal struct {
	path string

	begun bool
	size  int64
}

// smallest is what a journal may have before its changes are written into the state file.
const smallest = 1 << 20

// readJournal returns the changes in the journal that goes with the state file of this content. A
// last line that was not written to its end is none: nobody was told that it is kept. The error of
// a journal that is not there is fs.ErrNotExist.
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
	if head.Version != journalVersion {
		return nil, &Error{File: path, Reason: fmt.Sprintf("has version %d, and this program reads version %d", head.Version, journalVersion)}
	}
	var changes []change
	for len(rest) > 0 {
		var line []byte
		line, rest, whole = bytes.Cut(rest, []byte("\n"))
		var c change
		switch err := json.Unmarshal(line, &c); {
		case err == nil && whole:
			changes = append(changes, c)
		case len(rest) > 0:
			return nil, &Error{File: path, Reason: fmt.Sprintf("is not the journal of a local run: line %d: %s", len(changes)+2, reason(err))}
		}
	}
	return changes, nil
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// append writes a line. If that fails, the journal is as it was.
func (j *journal) append(line []byte) error {
	file, err := os.OpenFile(j.path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = file.Write(line)
	if err == nil {
		err = file.Sync()
	}
	if err != nil {
		return errors.Join(err, file.Truncate(j.size), file.Close())
	}
	j.size += int64(len(line))
	return file.Close()
}

// begin makes a journal for the state file of this digest, with a first line.
func (j *journal) begin(state string, line []byte) error {
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
func (j *journal) end() error {
	j.begun, j.size = false, 0
	if err := os.Remove(j.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &run.StateDirError{Dir: filepath.Dir(j.path), Err: err}
	}
	return nil
}
