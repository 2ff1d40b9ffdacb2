package s3

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/renameio/v2"
)

// Object is what is known of an object.
type Object struct {
	// Size is in bytes.
	Size int64 `json:"size"`
	// SHA256 is of the content, in lower-case hexadecimal.
	SHA256 string `json:"sha256"`
	// ETag is without its quotation marks.
	ETag        string    `json:"etag"`
	ContentType string    `json:"content_type,omitempty"`
	Modified    time.Time `json:"modified"`
	Checksum    checksum  `json:"checksum"`
	Encryption  string    `json:"encryption,omitempty"` // that the uploader asked for
}

// index says which object is where. A change is written before it is seen.
type index struct {
	mu      sync.RWMutex
	root    *os.Root
	folder  string
	largest int
	objects map[string]map[string]Object // by bucket and key
}

const (
	indexFile    = "index.json"
	indexVersion = 1

	objectsFolder = "objects" // contents, by their SHA-256
	partsFolder   = "parts"   // what is being uploaded
)

type indexContent struct {
	Version int                          `json:"version"`
	Objects map[string]map[string]Object `json:"objects"`
}

// openIndex reads the index, which may be an *IndexError, and removes what a killed run has left
// beside it.
func openIndex(folder string, largest int) (*index, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	x := &index{root: root, folder: folder, largest: largest, objects: map[string]map[string]Object{}}
	if err := errors.Join(root.RemoveAll(partsFolder), root.MkdirAll(partsFolder, 0o700), root.MkdirAll(objectsFolder, 0o700), x.read()); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the objects in %s: %w", folder, err), root.Close())
	}
	return x, x.removeUnused()
}

func (x *index) read() error {
	raw, err := x.root.ReadFile(indexFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var content indexContent
	if err := json.Unmarshal(raw, &content); err != nil {
		return x.unusable("is not an index of objects: %v", err)
	}
	if content.Version != indexVersion {
		return x.unusable("has version %d, and this program reads version %d", content.Version, indexVersion)
	}
	for bucket, objects := range content.Objects {
		for key, object := range objects {
			if x.isKept(object) {
				x.put(bucket, key, object)
			}
		}
	}
	return nil
}

// IndexError says that the index can't be used. It was left as it is.
type IndexError struct {
	File   string
	Reason string
}

func (e *IndexError) Error() string { return e.File + " " + e.Reason }

func (x *index) unusable(reason string, values ...any) error {
	return &IndexError{File: filepath.Join(x.folder, indexFile), Reason: fmt.Sprintf(reason, values...)}
}

// isKept says whether the content of an object is there: one that is lost must not be listed.
func (x *index) isKept(object Object) bool {
	raw, err := hex.DecodeString(object.SHA256)
	if err != nil || len(raw) != 32 {
		return false
	}
	info, err := x.root.Lstat(contentPath(object.SHA256))
	return err == nil && info.Mode().IsRegular() && info.Size() == object.Size
}

func contentPath(sha256 string) string { return filepath.Join(objectsFolder, sha256) }

func (x *index) put(bucket, key string, object Object) {
	if x.objects[bucket] == nil {
		x.objects[bucket] = map[string]Object{}
	}
	x.objects[bucket][key] = object
}

// removeUnused removes contents that no object has.
func (x *index) removeUnused() error {
	folder, err := x.root.Open(objectsFolder)
	if err != nil {
		return err
	}
	defer func() { _ = folder.Close() }()
	names, err := folder.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !x.uses(name) {
			if err := x.root.RemoveAll(contentPath(name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x *index) uses(sha256 string) bool {
	for _, objects := range x.objects {
		for _, object := range objects {
			if object.SHA256 == sha256 {
				return true
			}
		}
	}
	return false
}

// keys are those of a bucket whose content is there, in order.
func (x *index) keys(bucket string) (keys []string, objects map[string]Object) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	objects = map[string]Object{}
	for key, object := range x.objects[bucket] {
		if x.isKept(object) {
			keys, objects[key] = append(keys, key), object
		}
	}
	slices.Sort(keys)
	return keys, objects
}

// keep makes the file at path, within the folder, the content of an object. When it returns, the
// object survives a crash; if it fails, the index is as before.
func (x *index) keep(path, bucket, key string, object Object) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	before, replaces := x.objects[bucket][key]
	if !replaces && x.count() >= x.largest {
		return errTooMany
	}
	if err := x.root.Rename(path, contentPath(object.SHA256)); err != nil {
		return err
	}
	x.put(bucket, key, object)
	if err := x.write(); err != nil {
		delete(x.objects[bucket], key)
		if replaces {
			x.put(bucket, key, before)
		}
		return err
	}
	if replaces && !x.uses(before.SHA256) {
		return x.root.Remove(contentPath(before.SHA256))
	}
	return nil
}

func (x *index) count() (n int) {
	for _, objects := range x.objects {
		n += len(objects)
	}
	return n
}

func (x *index) write() error {
	raw, err := json.Marshal(indexContent{indexVersion, x.objects})
	if err != nil {
		return err
	}
	return renameio.WriteFile(filepath.Join(x.folder, indexFile), raw, 0o600)
}

// open opens the content of an object, which stays readable when the object is replaced.
func (x *index) open(bucket, key string) (*os.File, Object, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	object, ok := x.objects[bucket][key]
	if !ok {
		return nil, object, errNoSuchKey
	}
	file, err := x.root.Open(contentPath(object.SHA256))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, object, errNoSuchKey
	}
	return file, object, err
}

// receive writes a body into a file of its own, which must be removed or kept.
func (x *index) receive(path string, body io.Reader, to io.Writer) error {
	file, err := x.root.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.MultiWriter(file, to), body)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, x.root.Remove(path))
	}
	return nil
}
