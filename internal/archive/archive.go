package archive

import (
	"archive/zip"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Limits are what an archive may come to. A zero is the default.
type Limits struct {
	// Bytes is the size of all files together. Default 262,144,000, as on Lambda.
	Bytes int64
	// Entries is how many files and folders there may be. Default 10,000.
	Entries int
	// Ratio is how many times the size of the archive its files may have together, once they have
	// more than a megabyte. Default 100.
	Ratio int64
}

const (
	defaultBytes   = 262_144_000
	defaultEntries = 10_000
	defaultRatio   = 100

	// freeOfRatio is how much any archive may unpack to: small files of text are compressed well.
	freeOfRatio = 1 << 20
	// directoryBytes is more than an entry takes in the directory of an archive, on average.
	directoryBytes = 1024
)

// Error says which entry of an archive is not taken, and why.
type Error struct {
	// Entry is the entry's name, "" if it is about the archive as a whole.
	Entry  string
	Reason string
}

func (e *Error) Error() string {
	if e.Entry == "" {
		return "the archive " + e.Reason
	}
	return fmt.Sprintf("the archive's entry %q %s", e.Entry, e.Reason)
}

// Store is a folder of unpacked archives. It is safe for concurrent use, by several processes too.
type Store struct {
	folder string
	limits Limits
}

// New returns the store in the folder, which is made if it is not there.
func New(folder string, limits Limits) (*Store, error) {
	limits.Bytes = cmp.Or(limits.Bytes, defaultBytes)
	limits.Entries = cmp.Or(limits.Entries, defaultEntries)
	limits.Ratio = cmp.Or(limits.Ratio, defaultRatio)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of archives: %w", err)
	}
	return &Store{folder, limits}, nil
}

// Unpack returns the folder with the files of a zip archive, which it unpacks if it has not before.
// Files are for the user alone, and can be executed if the archive says that anyone may. An error
// is an *Error if it is about the archive; then nothing of it stays.
func (s *Store) Unpack(archive *os.File) (folder string, err error) {
	hash := sha256.New()
	size, err := io.Copy(hash, io.NewSectionReader(archive, 0, 1<<62))
	if err != nil {
		return "", fmt.Errorf("reading the archive: %w", err)
	}
	folder = filepath.Join(s.folder, hex.EncodeToString(hash.Sum(nil)))
	if _, err := os.Lstat(folder); err == nil {
		return folder, nil
	}
	begun := filepath.Join(s.folder, "unpacking-"+rand.Text())
	if err := os.Mkdir(begun, 0o700); err != nil {
		return "", err
	}
	if err := s.unpackInto(begun, archive, size); err != nil {
		return "", errors.Join(err, os.RemoveAll(begun))
	}
	if err := os.Rename(begun, folder); err != nil {
		_, there := os.Lstat(folder) // another call may have been first
		return folder, errors.Join(there, os.RemoveAll(begun))
	}
	return folder, nil
}

// Remove removes what killed processes have left, and the folders of archives that keep does not
// want, by their SHA-256 in hexadecimal. No other process may be unpacking.
func (s *Store) Remove(keep func(sha256 string) bool) error {
	entries, err := os.ReadDir(s.folder)
	for _, entry := range entries {
		if !keep(entry.Name()) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(s.folder, entry.Name())))
		}
	}
	return err
}

func (s *Store) unpackInto(folder string, archive *os.File, size int64) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	directory := &budget{ReaderAt: archive, left: int64(s.limits.Entries+1) * directoryBytes}
	reader, err := zip.NewReader(directory, size)
	switch {
	case errors.Is(err, errBudget) || err == nil && len(reader.File) > s.limits.Entries:
		return &Error{Reason: fmt.Sprintf("has more than %d entries", s.limits.Entries)}
	case err != nil && !errors.Is(err, zip.ErrInsecurePath): // names are checked below
		return &Error{Reason: "is not a zip archive that can be read: " + err.Error()}
	}
	directory.left = 1 << 62
	u := &unpacking{root: root, limits: s.limits, left: min(s.limits.Bytes, max(freeOfRatio, size*s.limits.Ratio))}
	for _, entry := range reader.File {
		if err := u.entry(entry); err != nil {
			return err
		}
	}
	return nil
}

var errBudget = errors.New("too much was read")

// budget bounds how much is read, and so how much a reader can keep of it.
type budget struct {
	io.ReaderAt

	left int64
}

// ReadAt fails when there is nothing left.
func (b *budget) ReadAt(into []byte, at int64) (int, error) {
	if b.left -= int64(len(into)); b.left < 0 {
		return 0, errBudget
	}
	return b.ReaderAt.ReadAt(into, at)
}

// unpacking is one archive on its way into a folder.
type unpacking struct {
	root   *os.Root
	limits Limits
	left   int64 // bytes that may still come
}

func (u *unpacking) entry(entry *zip.File) error {
	refuse := func(reason string) error { return &Error{entry.Name, reason} }
	name, isFolder := strings.CutSuffix(entry.Name, "/")
	mode := entry.Mode()
	switch {
	case !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, "\\\x00"):
		return refuse("is not a path inside the archive's folder")
	case isFolder:
		return u.write(refuse, u.root.MkdirAll(name, 0o700))
	case !mode.IsRegular():
		return refuse("is neither a file nor a folder")
	case entry.Flags&1 != 0:
		return refuse("is encrypted")
	}
	if err := u.root.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return u.write(refuse, err)
	}
	permissions := fs.FileMode(0o600)
	if mode&0o111 != 0 {
		permissions = 0o700
	}
	return u.file(entry, name, permissions)
}

// write makes an error about the entry of one that says that its name is taken, or no name here.
func (u *unpacking) write(refuse func(string) error, err error) error {
	if cause := (*fs.PathError)(nil); errors.As(err, &cause) {
		return refuse("can't be written: " + cause.Err.Error())
	}
	return err
}

func (u *unpacking) file(entry *zip.File, name string, permissions fs.FileMode) error {
	refuse := func(reason string) error { return &Error{entry.Name, reason} }
	content, err := entry.Open()
	if err != nil {
		return refuse("can't be read: " + err.Error())
	}
	defer func() { _ = content.Close() }()
	file, err := u.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, permissions)
	if errors.Is(err, fs.ErrExist) {
		return refuse("is there twice")
	}
	if err != nil {
		return u.write(refuse, err)
	}
	written, err := io.Copy(file, io.LimitReader(content, u.left+1))
	if closed := file.Close(); err == nil {
		err = closed
	}
	u.left -= written
	switch {
	case u.left < 0:
		return refuse(fmt.Sprintf("makes the files larger than %d bytes, or than %d times the archive", u.limits.Bytes, u.limits.Ratio))
	case isOurs(err):
		return err
	case err != nil:
		return refuse("can't be read: " + err.Error())
	}
	return nil
}

// isOurs says whether an error comes from the file system here, and not from the archive.
func isOurs(err error) bool {
	cause := (*fs.PathError)(nil)
	return errors.As(err, &cause)
}
