package archive_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/archive"
)

// entry is one of an archive, with a mode of 0o644 unless it says another.
type entry struct {
	name, content string
	mode          fs.FileMode
}

func zipped(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		header := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.mode == 0 {
			e.mode = 0o644
		}
		header.SetMode(e.mode)
		f, err := w.CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(e.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func file(t testing.TB, content []byte) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "archive.zip")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// limits are so small that no test needs a large archive.
var limits = archive.Limits{Bytes: 4 << 20, Entries: 5, Ratio: 10}

func store(t testing.TB) (*archive.Store, string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "unpacked")
	s, err := archive.New(folder, limits)
	if err != nil {
		t.Fatal(err)
	}
	return s, folder
}

// files are the paths below a folder, with their modes and contents.
func files(t testing.TB, folder string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == folder {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(folder, path)
		content := ""
		if info.Mode().IsRegular() {
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			content = string(raw)
		}
		found[name] = fmt.Sprintf("%s %s", info.Mode(), content)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestUnpack(t *testing.T) {
	t.Parallel()
	s, folder := store(t)
	content := zipped(t, entry{"bootstrap", "#!", 0o755}, entry{"config/", "", fs.ModeDir | 0o755}, entry{"config/a.txt", "a", 0}, entry{"b/c.txt", "c", 0o444})
	at, err := s.Unpack(file(t, content))
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256(content)
	if want := filepath.Join(folder, hex.EncodeToString(hash[:])); at != want {
		t.Errorf("got %s, want %s", at, want)
	}
	want := map[string]string{
		"bootstrap": "-rwx------ #!", "config": "drwx------ ", "config/a.txt": "-rw------- a", "b": "drwx------ ", "b/c.txt": "-rw------- c",
	}
	if diff := cmp.Diff(want, files(t, at)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestUnpackedOnceByManyAtOnce(t *testing.T) {
	t.Parallel()
	s, folder := store(t)
	content := zipped(t, entry{"bootstrap", "#!", 0o755})
	archives := make([]*os.File, 8)
	for i := range archives {
		archives[i] = file(t, content)
	}
	var all sync.WaitGroup
	for _, f := range archives {
		all.Go(func() {
			if at, err := s.Unpack(f); err != nil || files(t, at)["bootstrap"] == "" {
				t.Errorf("got %s, %v", at, err)
			}
		})
	}
	all.Wait()
	if found, err := os.ReadDir(folder); err != nil || len(found) != 1 {
		t.Errorf("got %v, %v, want one folder", found, err)
	}
}

func TestRefusedArchives(t *testing.T) {
	t.Parallel()
	cut := zipped(t, entry{"a", strings.Repeat("abc", 1000), 0})
	for name, test := range map[string]struct {
		archive []byte
		entry   string
		reason  string
	}{
		"a path out of the folder": {zipped(t, entry{"../evil", "", 0}), "../evil", "inside"},
		"one in the middle":        {zipped(t, entry{"a/../../evil", "", 0}), "a/../../evil", "inside"},
		"an absolute path":         {zipped(t, entry{"/etc/evil", "", 0}), "/etc/evil", "inside"},
		"a backslash":              {zipped(t, entry{`..\evil`, "", 0}), `..\evil`, "inside"},
		"the folder itself":        {zipped(t, entry{"./", "", fs.ModeDir | 0o755}), "./", "inside"},
		"a name with a NUL":        {zipped(t, entry{"a\x00b", "", 0}), "a\x00b", "inside"},
		"a link":                   {zipped(t, entry{"link", "/etc", fs.ModeSymlink | 0o777}), "link", "neither"},
		"a device":                 {zipped(t, entry{"dev", "", fs.ModeDevice | 0o600}), "dev", "neither"},
		"a file twice":             {zipped(t, entry{"a", "1", 0}, entry{"a", "2", 0}), "a", "twice"},
		"a file as a folder":       {zipped(t, entry{"a", "1", 0}, entry{"a/b", "2", 0}), "a/b", "written"},
		"a folder as a file":       {zipped(t, entry{"a/b", "2", 0}, entry{"a", "1", 0}), "a", "twice"},
		"a long name":              {zipped(t, entry{strings.Repeat("n", 300), "", 0}), strings.Repeat("n", 300), "written"},
		"too many entries":         {zipped(t, entry{"1", "", 0}, entry{"2", "", 0}, entry{"3", "", 0}, entry{"4", "", 0}, entry{"5", "", 0}, entry{"6", "", 0}), "", "more than 5"},
		"a long directory":         {zipped(t, entry{strings.Repeat("n", 20000), "", 0}), "", "more than 5"},
		"too large in proportion":  {zipped(t, entry{"zeros", strings.Repeat("\x00", 2<<20), 0}), "zeros", "10 times"},
		"too large":                {zipped(t, entry{"zeros", strings.Repeat("\x00", 5<<20), 0}), "zeros", "4194304 bytes"},
		"no archive":               {[]byte("PK, but not a zip"), "", "zip archive"},
		"nothing":                  {nil, "", "zip archive"},
		"one that is cut off":      {cut[:len(cut)-30], "", "zip archive"},
		"one that is damaged":      {damaged(cut), "a", "can't be read"},
		"one that is encrypted":    {encrypted(t), "a", "encrypted"},
	} {
		s, folder := store(t)
		_, err := s.Unpack(file(t, test.archive))
		var refused *archive.Error
		if !errors.As(err, &refused) || refused.Entry != test.entry || !strings.Contains(refused.Reason, test.reason) {
			t.Errorf("%s: got %v, want entry %q, %q", name, err, test.entry, test.reason)
		}
		if left := files(t, folder); len(left) > 0 {
			t.Errorf("%s: it left %v", name, left)
		}
		if _, err := os.Lstat(filepath.Join(folder, "..", "evil")); err == nil {
			t.Errorf("%s: it wrote outside", name)
		}
	}
}

// damaged changes a byte of the first entry's content.
func damaged(archive []byte) []byte {
	broken := bytes.Clone(archive)
	broken[40] ^= 0xff
	return broken
}

// encrypted is an archive whose entry says that it is.
func encrypted(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if _, err := w.CreateRaw(&zip.FileHeader{Name: "a", Flags: 1}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSmallFilesMayBeCompressedWell(t *testing.T) {
	t.Parallel()
	s, _ := store(t)
	if _, err := s.Unpack(file(t, zipped(t, entry{"zeros", strings.Repeat("\x00", 1<<20), 0}))); err != nil {
		t.Error(err)
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	s, folder := store(t)
	kept, err := s.Unpack(file(t, zipped(t, entry{"a", "1", 0})))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Unpack(file(t, zipped(t, entry{"a", "2", 0}))); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "unpacking-of-a-killed-process"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(func(sha256 string) bool { return sha256 == filepath.Base(kept) }); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 || left[0].Name() != filepath.Base(kept) {
		t.Errorf("got %v, %v, want the one that is kept", left, err)
	}
}

// FuzzUnpack holds that no archive leaves anything behind when it is refused, and only plain files
// and folders, inside the folder and within the limits, when it is not.
func FuzzUnpack(f *testing.F) {
	f.Add(zipped(f, entry{"bootstrap", "#!", 0o755}))
	f.Add(zipped(f, entry{"a/b", "1", 0}, entry{"../c", "2", 0}))
	f.Add(zipped(f, entry{"link", "/etc", fs.ModeSymlink | 0o777}))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, content []byte) {
		s, folder := store(t)
		at, err := s.Unpack(file(t, content))
		if err != nil {
			if _, ok := errors.AsType[*archive.Error](err); !ok {
				t.Errorf("got %v, want an *archive.Error", err)
			}
			at = folder
		}
		found := files(t, at)
		if err != nil && len(found) > 0 {
			t.Errorf("refused with %v, it left %v", err, found)
		}
		var size int
		for name, what := range found {
			size += len(what)
			if what[0] != '-' && what[0] != 'd' {
				t.Errorf("%s is %s", name, what)
			}
		}
		if size > 5<<20 {
			t.Errorf("it unpacked %d bytes", size)
		}
		if beside, err := os.ReadDir(filepath.Dir(folder)); err != nil || len(beside) != 1 {
			t.Errorf("beside the folder: %v, %v", beside, err)
		}
	})
}
