package printable_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"cognito-m2m/internal/printable"
)

func TestText(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"plain":            {"route GET /orders/{id} (\"x\" \\ y)", "route GET /orders/{id} (\"x\" \\ y)"},
		"other languages":  {"Aufträge 注文 🚚", "Aufträge 注文 🚚"},
		"escape sequence":  {"a\x1b[2Jb", `a\u001b[2Jb`},
		"title and bell":   {"\x1b]0;x\a", `\u001b]0;x\u0007`},
		"eight-bit CSI":    {"\u009b31m", `\u009b31m`},
		"byte of its own":  {"\x9b31m", `\ufffd31m`},
		"line end":         {"a\nred herring\r", `a\u000ared herring\u000d`},
		"tab":              {"a\tb", `a\u0009b`},
		"line separator":   {"a\u2028b\u2029c", `a\u2028b\u2029c`},
		"other direction":  {"a\u202eb\u2066c\u200f", `a\u202eb\u2066c\u200f`},
		"no width":         {"pay\u200bpal\ufeff", `pay\u200bpal\ufeff`},
		"beyond 16 bits":   {"\U000e0041", `\udb40\udc41`},
		"delete, NUL":      {"\x7f\x00", `\u007f\u0000`},
		"spaces and marks": {"a\u00a0b e\u0301", "a\u00a0b e\u0301"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := printable.Text(test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// A character may come in two parts, and line ends and tabs are the writer's own.
func TestWriter(t *testing.T) {
	t.Parallel()
	const text = "a\tb\nA\u202eB\x1b[0m 注\x9b\n"
	const want = "a\tb\nA\\u202eB\\u001b[0m 注\\ufffd\n"
	for size := 1; size <= len(text); size++ {
		var got strings.Builder
		w := printable.Writer(&got)
		for from := 0; from < len(text); from += size {
			part := text[from:min(from+size, len(text))]
			if n, err := io.WriteString(w, part); n != len(part) || err != nil {
				t.Fatalf("wrote %d of %d, %v", n, len(part), err)
			}
		}
		if got.String() != want {
			t.Errorf("in parts of %d bytes: %q, want %q", size, got.String(), want)
		}
	}
}

func TestWriterKeepsJSON(t *testing.T) {
	t.Parallel()
	want := "a\n\x1b\u009b\x7f\u202e\U000e0041\"\\é"
	var text strings.Builder
	if err := json.NewEncoder(printable.Writer(&text)).Encode(want); err != nil {
		t.Fatal(err)
	}
	var got string
	if err := json.Unmarshal([]byte(text.String()), &got); err != nil || got != want {
		t.Errorf("%s is %q (%v), want %q", text.String(), got, err, want)
	}
}
