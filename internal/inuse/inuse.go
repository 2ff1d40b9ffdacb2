// Package inuse has folders that go when no process uses them any more: temporary ones of one
// process, and those that several share. A process that is killed leaves such a folder behind, and
// another one removes it.
//
// In each folder is a lock, which the system takes back from a process that ends, however it ends.
// Who uses a shared folder shares its lock, and who has the lock alone may remove the folder. It
// owns nothing of what is in a folder.
package inuse

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"cognito-m2m/internal/trust"
)

const (
	lockFile = ".lock"
	// goneSuffix ends the name of a folder that is being removed, so that no one finds half of it
	// under its own.
	goneSuffix = ".gone"
)

// Folder is one that this process uses.
type Folder struct {
	Path string // absolute

	lock *flock.Flock
	made bool // for this process alone
}

// Make makes a new folder in parent, by default the system's temporary one, for this process alone.
// Its name is the prefix and some digits. Those that other processes made so and left go first.
func Make(parent, prefix string) (*Folder, error) {
	parent, err := filepath.Abs(cmp.Or(parent, os.TempDir()))
	if err != nil {
		return nil, err
	}
	if _, done := sweptFor.LoadOrStore(filepath.Join(parent, prefix), true); !done {
		sweep(parent, func(name string) bool { return isMade(name, prefix) })
	}
	for {
		path, err := os.MkdirTemp(parent, prefix)
		if err != nil {
			return nil, err
		}
		f := &Folder{Path: path, lock: flock.New(filepath.Join(path, lockFile)), made: true}
		locked, err := f.lock.TryLock()
		if locked && f.isThere() {
			return f, nil
		}
		_ = f.lock.Close()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		} // or else another process took the folder for one that was left
	}
}

// sweptFor are the beginnings of paths for which this process has removed what others left. What
// they leave later is left to the next process.
var sweptFor sync.Map

func isMade(name, prefix string) bool {
	number, isOne := strings.CutPrefix(strings.TrimSuffix(name, goneSuffix), prefix)
	return isOne && number != "" && strings.Trim(number, "0123456789") == ""
}

// Join uses the folder at path, which others may use, too. It makes the folder if it is not there.
func Join(path string) (*Folder, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	for {
		err := os.MkdirAll(path, 0o700)
		if errors.Is(err, fs.ErrExist) && !isOther(path) {
			continue // one process made the folder meanwhile, and another removed it
		}
		if err != nil {
			return nil, err
		}
		f := &Folder{Path: path, lock: flock.New(filepath.Join(path, lockFile))}
		err = f.lock.RLock() // waits for one who removes the folder
		if err == nil && f.isThere() {
			now := time.Now()
			_ = os.Chtimes(f.lock.Path(), now, now) // for Sweep
			return f, nil
		}
		_ = f.lock.Close()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
}

// isOther reports whether something that is not a folder has the path.
func isOther(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && !info.IsDir()
}

// Again uses the folder once more, so that it stays until both have been closed.
func (f *Folder) Again() (*Folder, error) {
	if f == nil {
		return nil, nil //nolint:nilnil // nothing stays nothing
	}
	return Join(f.Path)
}

// Close ends the use of the folder. One that Make has made is removed. A nil folder needs no Close.
func (f *Folder) Close() error {
	if f == nil {
		return nil
	}
	var err error
	if f.made {
		err = remove(f.Path)
	}
	return errors.Join(err, f.lock.Close())
}

// isThere reports whether the lock that was taken is still that of the folder.
func (f *Folder) isThere() bool {
	taken, err := f.lock.Stat()
	is, statErr := os.Stat(f.lock.Path())
	return err == nil && statErr == nil && os.SameFile(taken, is)
}

// Sweep removes the folders in parent that no process uses: of those that were joined all but the
// keep last used, and what Make has made with a prefix that begins with a dot. What can't be
// removed stays.
func Sweep(parent string, keep int) {
	joined := map[string]time.Time{}
	sweep(parent, func(name string) bool {
		if strings.HasPrefix(name, ".") || strings.HasSuffix(name, goneSuffix) {
			return true
		}
		path := filepath.Join(parent, name)
		if lock, err := os.Stat(filepath.Join(path, lockFile)); err == nil {
			joined[path] = lock.ModTime()
		} else if folder, err := os.Stat(path); err == nil && folder.IsDir() {
			joined[path] = folder.ModTime()
		}
		return false
	})
	paths := make([]string, 0, len(joined))
	for path := range joined {
		paths = append(paths, path)
	}
	slices.SortFunc(paths, func(a, b string) int { return joined[b].Compare(joined[a]) })
	for _, path := range paths {
		if lock := take(path); lock == nil {
			continue // in use
		} else if keep > 0 {
			keep--
			_ = lock.Close()
		} else {
			_ = remove(path)
			_ = lock.Close()
		}
	}
}

// sweep removes the folders in parent with these names that were left.
func sweep(parent string, isOne func(name string) bool) {
	entries, _ := os.ReadDir(parent) // what can't be read is not swept
	for _, entry := range entries {
		path := filepath.Join(parent, entry.Name())
		if !entry.IsDir() || !isOne(entry.Name()) || trust.Owned(path) != nil {
			continue
		}
		if strings.HasSuffix(path, goneSuffix) {
			_ = os.RemoveAll(path)
			continue
		}
		if _, err := os.Stat(filepath.Join(path, lockFile)); err != nil {
			_ = os.Remove(path) // if it is empty: its process came to nothing more, or is about to lock it
			continue
		}
		if lock := take(path); lock != nil {
			_ = remove(path)
			_ = lock.Close()
		}
	}
}

// take takes the lock of a folder for this process alone; nil if the folder is in use, or gone.
func take(path string) *flock.Flock {
	f := &Folder{Path: path, lock: flock.New(filepath.Join(path, lockFile))}
	if locked, err := f.lock.TryLock(); err != nil || !locked || !f.isThere() {
		_ = f.lock.Close()
		return nil
	}
	return f.lock
}

// remove removes a folder whose lock this process has alone. Whoever waits for the lock finds that
// it is no longer the folder's.
func remove(path string) error {
	gone := path + goneSuffix
	if err := os.RemoveAll(gone); err != nil {
		return err
	}
	if err := os.Rename(path, gone); err != nil {
		return err
	}
	return os.RemoveAll(gone)
}
