package jsonvalue_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"cognito-m2m/internal/jsonvalue"
)

type text string

// record has all that Into reads.
type record struct {
	Text     text                       `json:"text"`
	Flag     bool                       `json:"flag,omitempty"`
	Whole    int                        `json:"whole"`
	Time     time.Time                  `json:"time,omitzero"`
	Raw      json.RawMessage            `json:"raw"`
	Inner    inner                      `json:"inner"`
	Pointer  *record                    `json:"pointer"`
	List     []inner                    `json:"list"`
	Pointers []*inner                   `json:"pointers"`
	Map      map[string]*inner          `json:"map"`
	Texts    map[string]string          `json:"texts"`
	Raws     map[string]json.RawMessage `json:"raws"`
	Left     string                     `json:"-"`
	unread   string
}

type inner struct {
	A string `json:"a"`
	B []text `json:"b"`
}

// compareInto checks that a text is read like encoding/json does, or not at all.
func compareInto(t *testing.T, raw []byte) (read bool) {
	t.Helper()
	value, read := jsonvalue.Into[record](raw)
	if !read {
		if !reflect.DeepEqual(value, record{}) {
			t.Errorf("%s is not read, and gives %+v", raw, value)
		}
		return false
	}
	var want record
	if err := json.Unmarshal(raw, &want); err != nil || !reflect.DeepEqual(value, want) {
		t.Errorf("%s gives %+v, and encoding/json %+v, %v", raw, value, want, err)
	}
	return true
}

const all = `{"text": "a\u00e4\n", "flag": true, "whole": -12, "time": "2030-01-02T12:30:00.001+01:00", "raw": {"x" : [1, null]},
	"inner": {"a": "1", "b": ["2", "\ud83d\ude00"]}, "pointer": {"whole": 1, "pointer": {"text": "deep"}}, "list": [{"a": "x"}, {}], "pointers": [{"b": []}],
	"map": {"": {"a": "y"}, "k": {}}, "texts": {"a": "b"}, "raws": {"r": "s", "t": 1.50}}`

func TestTypedValuesAreThoseOfEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		all, `{}`, ` { "flag" : false } `, `{"list": [], "map": {}, "texts": {}, "raw": []}`, `{"whole": 0, "text": ""}`, `{"whole": -0}`,
	} {
		if !compareInto(t, []byte(raw)) {
			t.Errorf("%s is not read", raw)
		}
	}
}

func TestTypedValuesThatAreLeftToEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		``, `{`, `[]`, `{} {}`, `{"text": "a",}`, `{"text": 1}`, `{"flag": "true"}`, `{"whole": 1.0}`, `{"whole": 1e2}`, `{"whole": 99999999999999999999}`,
		`{"time": "yesterday"}`, `{"list": {}}`, `{"map": []}`, `{"inner": []}`, `{"text": "\ud83d"}`, "{\"text\": \"\xff\"}",
		// What encoding/json reads.
		`null`, `{"text": null}`, `{"pointer": null}`, `{"list": null}`, `{"list": [null]}`, `{"map": {"a": null}}`, `{"raw": null}`, `{"raws": {"a": null}}`,
		`{"Text": "a"}`, `{"t\u0065xt": "a"}`, `{"unknown": 1}`, `{"Left": "a"}`, `{"unread": "a"}`, `{"text": "a", "text": "b"}`, `{"inner": {"a": "1"}, "inner": {}}`,
		`{"texts": {"a": "b", "a": "c"}}`, `{"texts": {"a": "b", "\u0061": "c"}}`, `{"list": [{"b": [], "b": []}]}`,
	} {
		if compareInto(t, []byte(raw)) {
			t.Errorf("%s is read", raw)
		}
	}
	_ = record{unread: ""}
}

// hidden reads itself from text, which Into does not do.
type hidden struct{}

func (*hidden) UnmarshalText([]byte) error { return nil }

func TestTypesThatAreLeftToEncodingJSON(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func() bool{
		"any":                  func() bool { _, ok := jsonvalue.Into[any]([]byte(`1`)); return ok },
		"a fraction":           func() bool { _, ok := jsonvalue.Into[float64]([]byte(`1`)); return ok },
		"a small number":       func() bool { _, ok := jsonvalue.Into[int8]([]byte(`1`)); return ok },
		"bytes":                func() bool { _, ok := jsonvalue.Into[[]byte]([]byte(`"YQ=="`)); return ok },
		"an array":             func() bool { _, ok := jsonvalue.Into[[1]string]([]byte(`["a"]`)); return ok },
		"names of other types": func() bool { _, ok := jsonvalue.Into[map[text]string]([]byte(`{"a": "b"}`)); return ok },
		"text of its own":      func() bool { _, ok := jsonvalue.Into[hidden]([]byte(`"a"`)); return ok },
		"an embedded struct":   func() bool { _, ok := jsonvalue.Into[struct{ inner }]([]byte(`{"a": "b"}`)); return ok },
		"a number in a text": func() bool {
			_, ok := jsonvalue.Into[struct {
				A int `json:"a,string"`
			}]([]byte(`{"a": "1"}`))
			return ok
		},
	} {
		if read() {
			t.Errorf("%s is read", name)
		}
	}
}

func FuzzInto(f *testing.F) {
	f.Add([]byte(all))
	f.Fuzz(func(t *testing.T, raw []byte) { compareInto(t, raw) })
}
