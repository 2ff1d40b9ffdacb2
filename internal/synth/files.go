package synth

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// area is the files that a synth may read: every file below a folder, and what lies elsewhere.
type area struct {
	root   string
	reads  reads
	skip   func(path string) bool // leaves out a file, or a folder with all that is in it
	output []fs.FileInfo          // files that this run writes, under any name
	enter  func(folder string)    // if there is one, it gets each folder before its files are visited
}

// reads is what was seen to be read beside what lies in the project's folder. All paths are
// absolute.
type reads struct {
	Files   []string `json:"files,omitempty"`   // also those that are not there yet, such as a go.sum
	Folders []string `json:"folders,omitempty"` // the files in them, not what lies deeper
	Trees   []string `json:"trees,omitempty"`   // all that is below them
}

// merged has no path twice, in order.
func (r reads) merged(other reads) reads {
	join := func(a, b []string) []string { return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b)))) }
	return reads{
		Files: join(r.Files, other.Files), Folders: join(r.Folders, other.Folders), Trees: join(r.Trees, other.Trees),
	}
}

// walk visits every file once, a linked one under the name of the link. One that goes away
// meanwhile is not there.
func (a area) walk(visit func(path string, file fs.FileInfo) error) error {
	w := walk{area: a, visit: visit, files: map[string]bool{}, folders: map[string]bool{}}
	if a.root != "" {
		if err := w.folder(a.root, true); err != nil {
			return err
		}
	}
	for _, folder := range a.reads.Folders {
		if err := w.folder(folder, false); err != nil {
			return err
		}
	}
	for _, tree := range a.reads.Trees {
		if err := w.folder(tree, true); err != nil {
			return err
		}
	}
	for _, file := range a.reads.Files {
		if err := w.path(file, false); err != nil {
			return err
		}
	}
	return nil
}

type walk struct {
	area

	visit   func(path string, file fs.FileInfo) error
	files   map[string]bool // those that were visited
	folders map[string]bool // those behind links, so that a circle of links ends
}

func (w *walk) folder(dir string, deep bool) error {
	if w.enter != nil {
		w.enter(dir)
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		if w.skip != nil && w.skip(path) {
			continue
		}
		if entry.IsDir() {
			if deep {
				err = w.folder(path, true)
			}
		} else {
			err = w.path(path, deep)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// path visits a file, or what a link leads to.
func (w *walk) path(path string, deep bool) error {
	file, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) || w.files[path]:
		return nil
	case err != nil:
		return err
	case file.IsDir():
		return w.linked(path, deep)
	case !file.Mode().IsRegular() || slices.ContainsFunc(w.output, func(written fs.FileInfo) bool { return os.SameFile(written, file) }):
		return nil
	}
	w.files[path] = true
	return w.visit(path, file)
}

// linked follows a link to a folder, unless that is visited anyway.
func (w *walk) linked(link string, deep bool) error {
	target, err := filepath.EvalSymlinks(link)
	if err != nil || !deep || w.folders[target] || within(target, w.root) || within(link, target) {
		return nil //nolint:nilerr // a link that leads nowhere is not read
	}
	w.folders[target] = true
	return w.folder(link, true)
}

// within reports whether a path is the folder or lies below it.
func within(path, folder string) bool {
	return path == folder || folder != "" && strings.HasPrefix(path, strings.TrimSuffix(folder, "/")+"/")
}

// digest is one of the names and contents of all files.
func (a area) digest() (string, error) {
	digest := sha256.New()
	err := a.walk(func(path string, _ fs.FileInfo) error {
		content, err := contentDigest(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		name := path
		if within(path, a.root) {
			name, _ = filepath.Rel(a.root, path)
		}
		// The digest of each file and not its bytes, so that no two lists of files run together.
		fmt.Fprintf(digest, "%q %x\n", name, content)
		return err
	})
	return hex.EncodeToString(digest.Sum(nil)), err
}

// digestBefore is the digest of what was read since a time. Which files that are is known only
// afterwards. "" if one has changed meanwhile: it may have been read before or after.
func (a area) digestBefore(begun time.Time) (string, error) {
	changed := false
	err := a.walk(func(_ string, file fs.FileInfo) error {
		changed = changed || !file.ModTime().Before(begun)
		return nil
	})
	if err != nil || changed {
		return "", err
	}
	return a.digest()
}

// contentDigest takes no more memory for a large file than for a small one.
func contentDigest(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	digest := sha256.New()
	_, err = io.Copy(digest, file)
	return digest.Sum(nil), err
}

// Folders at the top of a project.
const (
	OutputFolder = "cdk.out" // the cloud assembly that the CDK CLI writes
	StateFolder  = ".m2m"    // what local runs keep
)

// notRead are the folders at the top of a project that no synth reads: they hold what is installed,
// synthesized, built, or kept by a run.
var notRead = []string{"node_modules", OutputFolder, ".build", StateFolder}

// editorFiles belong to version control and editors, wherever they lie.
var editorFiles = []string{".git", ".hg", ".svn", ".jj", ".idea", ".vscode", ".DS_Store", "4913"}

// isEditorFile reports whether a name is of version control or of an editor, which writes beside a
// file while it is edited.
func isEditorFile(name string) bool {
	swap := strings.HasPrefix(name, ".") && len(filepath.Ext(name)) == 4 && strings.HasPrefix(filepath.Ext(name), ".sw")
	return slices.Contains(editorFiles, name) || swap || strings.HasSuffix(name, "~") || strings.HasPrefix(name, ".#") ||
		strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#")
}
