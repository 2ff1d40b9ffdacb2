package jsonvalue_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"cognito-m2m/internal/jsonvalue"
)

// standard is what encoding/json reads.
func standard(text []byte) (value any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, io.ErrUnexpectedEOF
	}
	return value, nil
}

// compare checks that a text is read like encoding/json does, or not at all.
func compare(t *testing.T, text []byte) (read bool) {
	t.Helper()
	value, read := jsonvalue.Read(text, 10_000)
	if !read {
		if value != nil {
			t.Errorf("%s is not read, and gives %#v", text, value)
		}
		return false
	}
	if want, err := standard(text); err != nil || !reflect.DeepEqual(value, want) {
		t.Errorf("%s gives %#v, and encoding/json %#v, %v", text, value, want, err)
	}
	return true
}

func TestValuesAreThoseOfEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`null`, ` true `, `false`, `""`, `[]`, `{}`, "\t[ ]\n", `[null, [], {}]`,
		`0`, `-0`, `1.10`, `1e400`, `123456789012345678901234567890`,
		`"\u0041\n\/\ud83d\ude00 ä"`, `{"a": {"b": [1, "1", true]}, "": null}`,
		`{"a": 1, "a": {"b": 2}, "\u0061": 3}`, `{"a": {"b": 1}, "a": {"c": 2}}`,
		strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000),
	} {
		if !compare(t, []byte(text)) {
			t.Errorf("%.100s is not read", text)
		}
	}
}

func TestWhatIsLeftToEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		``, ` `, `{`, `[1`, `"a`, `[1,]`, `{"a":}`, `{"a" 1}`, `{a: 1}`, `{1: 2}`, `[1] 2`, `{} {}`, `nul`, `NaN`, `01`, `1.`, `+1`, `'a'`,
		"\ufeff{}", "\"\n\"", `"\x"`, `"\ud83d"`, "\"\xff\"", "[\x00]", `// a
		{}`, strings.Repeat("[", 11_000) + strings.Repeat("]", 11_000),
	} {
		if compare(t, []byte(text)) {
			t.Errorf("%.100q is read", text)
		}
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	for text, levels := range map[string]int{`1`: 0, `[]`: 0, `[1]`: 1, `{"a": [], "b": {}}`: 1, `{"a": {"b": 1}}`: 2, `[[], [[1]], []]`: 3} {
		_, within := jsonvalue.Read([]byte(text), levels)
		if _, deeper := jsonvalue.Read([]byte(text), levels-1); !within || deeper {
			t.Errorf("%s has %d levels: read %v, and with a level less %v", text, levels, within, deeper)
		}
	}
}

func FuzzRead(f *testing.F) {
	templates, err := filepath.Glob("../assembly/testdata/synth/*/*.json")
	if err != nil || len(templates) == 0 {
		f.Fatalf("found no templates to start from: %v", err)
	}
	for _, name := range templates {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"a": [1.10, "\ud83d\ude00", {"a": null, "a": true}]}`))
	f.Fuzz(func(t *testing.T, text []byte) { compare(t, text) })
}
