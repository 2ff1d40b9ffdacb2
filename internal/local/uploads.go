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

// maxTemplate is how large a template may be (CloudFormation User Guide, "Quotas": 1 MB).
const maxTemplate = 1 << 20

// object reads the template at a URL.
func (u *uploads) object(_ context.Context, url string) ([]byte, error) {
	bucket, key, ok := s3.Location(url)
	if !ok {
		return nil, &engine.Refusal{Code: validationError, Message: "TemplateURL must be a supported URL."}
	}
	file, _, err := u.objects.Open(bucket, key)
	if err != nil {
		return nil, &engine.Refusal{Code: validationError, Message: "S3 error: " + err.Error()}
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, maxTemplate+1))
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
		stackID, record, _ := strings.Cut(string(raw), "\n")
		records[stackID] = []byte(record)
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
		Provider: r, Save: r.saveRecord, Records: records, Object: r.uploads.object,
		Faults: faults, Slow: r.cfg.Slow, Now: r.cfg.Now, Log: r.cfg.Log,
	})
	return err
}
