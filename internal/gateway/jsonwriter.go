package gateway

import (
	"maps"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonWriter writes one JSON object, member by member. An event has the same members every time;
// encoding/json would find that out anew for each.
type jsonWriter struct {
	to []byte
}

// newJSONWriter begins an object that probably has no more than so many bytes.
func newJSONWriter(size int) *jsonWriter { return &jsonWriter{append(make([]byte, 0, size), '{')} }

// end is the object.
func (w *jsonWriter) end() []byte { return append(w.to, '}') }

// member begins one. Its name has no characters that are escaped.
func (w *jsonWriter) member(name string) {
	if w.to[len(w.to)-1] != '{' {
		w.to = append(w.to, ',')
	}
	w.to = append(append(append(w.to, '"'), name...), `":`...)
}

func (w *jsonWriter) text(name, value string) {
	w.member(name)
	w.quote(value)
}

// quote writes a string. What is not UTF-8 in it becomes U+FFFD.
func (w *jsonWriter) quote(value string) {
	w.to, _ = jsontext.AppendQuote(w.to, value) // the error is about that
}

func (w *jsonWriter) number(name string, value int64) {
	w.member(name)
	w.to = strconv.AppendInt(w.to, value, 10)
}

func (w *jsonWriter) boolean(name string, value bool) {
	w.member(name)
	w.to = strconv.AppendBool(w.to, value)
}

func (w *jsonWriter) null(name string) {
	w.member(name)
	w.to = append(w.to, "null"...)
}

// json writes a value that is JSON already.
func (w *jsonWriter) json(name string, value []byte) {
	w.member(name)
	w.to = append(w.to, value...)
}

func (w *jsonWriter) list(name string, values []string) {
	w.member(name)
	w.to = append(w.to, '[')
	for i, value := range values {
		if i > 0 {
			w.to = append(w.to, ',')
		}
		w.quote(value)
	}
	w.to = append(w.to, ']')
}

// object writes a member whose own members write does.
func (w *jsonWriter) object(name string, write func(*jsonWriter)) {
	w.member(name)
	w.to = append(w.to, '{')
	write(w)
	w.to = append(w.to, '}')
}

// texts writes an object of strings, sorted by name.
func (w *jsonWriter) texts(name string, values map[string]string) {
	names := slices.AppendSeq(make([]string, 0, len(values)), maps.Keys(values))
	slices.Sort(names)
	w.object(name, func(w *jsonWriter) {
		for i, name := range names {
			if i > 0 {
				w.to = append(w.to, ',')
			}
			w.quote(name)
			w.to = append(w.to, ':')
			w.quote(values[name])
		}
	})
}

func (w *jsonWriter) textsUnlessEmpty(name string, values map[string]string) {
	if len(values) > 0 {
		w.texts(name, values)
	}
}
