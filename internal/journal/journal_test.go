package journal_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"cognito-m2m/internal/journal"
)

func TestAppend(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	if err := journal.Append(path, 0, []byte("a\n")); err == nil {
		t.Error("a file that is not there is appended to")
	}
	if err := os.WriteFile(path, []byte("a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantContent := func(want string) {
		t.Helper()
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
	}
	for _, size := range []int64{0, 1, 3} {
		if err := journal.Append(path, size, []byte("b\n")); err == nil {
			t.Errorf("a file of 2 bytes is taken for one of %d", size)
		}
		wantContent("a\n")
	}
	if err := errors.Join(journal.Append(path, 2, []byte("b\n")), journal.Append(path, 4, []byte("c\n"))); err != nil {
		t.Error(err)
	}
	wantContent("a\nb\nc\n")
	if err := journal.Append("/dev/full", 0, []byte("b\n")); err == nil {
		t.Error("a full disk takes a line")
	}
}

// TestEach reads lines as a kill, a loss of power or an accident leaves them.
func TestEach(t *testing.T) {
	t.Parallel()
	errNone := errors.New("it is none")
	for text, want := range map[string]struct {
		lines []string
		wrong int // the line that is, 0 for none
	}{
		"":                     {nil, 0},
		"a":                    {nil, 0},
		"a\n":                  {[]string{"a"}, 0},
		"a\nb":                 {[]string{"a"}, 0},
		"a\nb\n":               {[]string{"a", "b"}, 0},
		"a\n\x00\x00":          {[]string{"a"}, 0},
		"a\n\x00\x00\n":        {[]string{"a"}, 0},
		"a\n\x00\nb\n":         {[]string{"a"}, 2},
		"\x00\na\n":            {nil, 1},
		"a\nb\n\x00\x00\nc\nd": {[]string{"a", "b"}, 3},
	} {
		var lines []string
		err := journal.Each([]byte(text), func(line []byte) error {
			if line[0] == 0 {
				return errNone
			}
			lines = append(lines, string(line))
			return nil
		})
		wrong := 0
		if unreadable, ok := errors.AsType[*journal.LineError](err); ok {
			wrong = unreadable.Line
		}
		if !slices.Equal(lines, want.lines) || wrong != want.wrong || (err != nil) != errors.Is(err, errNone) {
			t.Errorf("%q: %q and %v, want %q and the wrong line %d", text, lines, err, want.lines, want.wrong)
		}
	}
}
