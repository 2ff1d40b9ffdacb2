package m2mtest

import (
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"
)

// places are the locks of the folders that this process has until it ends.
var places struct {
	sync.Mutex

	locks []*flock.Flock
}

// Place is an empty folder for a copy of the project, until the process ends. It is the same one in
// each run of the tests, so what the Go compiler has kept of the copy's packages fits: that depends
// on their path. While somebody else has it, Place is the folder otherwise.
func Place(root, name, otherwise string) (dir string, err error) {
	dir, err = filepath.Abs(filepath.Join(kept(root, "places"), name))
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return "", err
	}
	lock := flock.New(dir + ".lock")
	if locked, err := lock.TryLock(); err != nil || !locked {
		return otherwise, err
	}
	places.Lock()
	defer places.Unlock()
	places.locks = append(places.locks, lock)
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, os.Mkdir(dir, 0o700)
}
