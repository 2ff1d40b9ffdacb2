package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cognito-m2m/internal/archive"
	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/s3"
)

// uploads are what was uploaded to a rehearsal.
type uploads struct {
	objects  *s3.Store
	archives *archive.Store
}

func (h *host) openUploads() (*uploads, error) {
	objects, err := s3.New(s3.Config{Folder: h.folder.Objects(), AllowRemote: h.cfg.AllowRemote, Now: h.cfg.Now})
	if err != nil {
		return nil, fmt.Errorf("opening the uploads: %w", err)
	}
	archives, err := archive.New(h.folder.Code(), archive.Limits{})
	if err != nil {
		return nil, errors.Join(err, objects.Close())
	}
	return &uploads{objects, archives}, nil
}

// code is the unpacked code of a function, by the bucket and key that it was uploaded to. Its error
// is what Lambda says.
//
// Source: [O] "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: ...".
func (u *uploads) code(bucket, key string) (assembly.Asset, error) {
	file, object, err := u.objects.Open(bucket, key)
	if refused, ok := errors.AsType[interface {
		error
		Code() string
	}](err); ok {
		return assembly.Asset{}, fmt.Errorf("Error occurred while GetObject. S3 Error Code: %s. S3 Error Message: %w", refused.Code(), err)
	}
	if err != nil {
		return assembly.Asset{}, err
	}
	defer func() { _ = file.Close() }()
	dir, err := u.archives.Unpack(file)
	return assembly.Asset{Hash: object.SHA256, Dir: dir, Size: object.Size}, err
}

// maxRead is more than the largest template that the engine takes: it refuses what is larger.
const maxRead = 1 << 20

// object reads the template at a URL.
func (u *uploads) object(_ context.Context, url string) ([]byte, error) {
	bucket, key, ok := s3.Location(url)
	if !ok {
		return nil, &engine.Refusal{Code: validationError, Message: "TemplateURL must be a supported URL."}
	}
	file, _, err := u.objects.Open(bucket, key)
	if err != nil {
		return nil, err // the engine says that it is an error of S3
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, maxRead))
}

// saveRecord writes what the engine keeps of a stack into a file of its own, after a line with its
// ARN.
func (r *Rehearsal) saveRecord(stackID string, content []byte) error {
	sum := sha256.Sum256([]byte(stackID))
	file := filepath.Join(r.folder.Stacks(), hex.EncodeToString(sum[:])+".json")
	if content == nil {
		if err := os.Remove(file); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if err := os.MkdirAll(r.folder.Stacks(), 0o700); err != nil {
		return &run.StateDirError{Dir: r.folder.Stacks(), Err: err}
	}
	return run.ReplaceFile(file, append([]byte(stackID+"\n"), content...))
}

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
	entries, err := os.ReadDir(r.folder.Stacks())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, &run.StateDirError{Dir: r.folder.Stacks(), Err: err}
	}
	for _, entry := range entries {
		file := filepath.Join(r.folder.Stacks(), entry.Name())
		if strings.HasPrefix(entry.Name(), ".") {
			if err := os.Remove(file); err != nil {
				return nil, nil, &run.StateDirError{Dir: r.folder.Stacks(), Err: err}
			}
			continue
		}
		raw, err := run.ReadFile(file)
		if err != nil {
			return nil, nil, &run.StateDirError{Dir: r.folder.Stacks(), Err: err}
		}
		stackID, record, _ := strings.Cut(string(raw), "\n")
		records[stackID], files[stackID] = []byte(record), file
	}
	if r.state.Fresh() && len(records) > 0 {
		return nil, nil, &StacksError{File: r.state.File(), Reason: "it is not there, and " + r.folder.Stacks() + " has stacks whose ids and secrets were in it"}
	}
	return records, files, nil
}

// openEngine has stacks deployed by the rehearsal.
func (r *Rehearsal) openEngine() error {
	records, files, err := r.records()
	if err != nil {
		return err
	}
	if err := r.state.Keep(); err != nil { // whoever has been told the access key goes on using it
		return err
	}
	var faults []engine.Fault
	for _, text := range r.cfg.Fail {
		faults = append(faults, engine.ParseFault(text))
	}
	r.engine, err = engine.New(engine.Config{
		Provider: r, Save: r.saveRecord, Records: records, Object: r.uploads.object,
		Faults: faults, Slow: r.cfg.Slow, Now: r.cfg.Now, Log: r.cfg.Log,
	})
	if unusable, ok := errors.AsType[*engine.RecordError](err); ok {
		return &StacksError{File: files[unusable.StackID], Reason: unusable.Error()}
	}
	return err
}
