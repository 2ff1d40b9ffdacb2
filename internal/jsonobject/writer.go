// Package jsonobject writes JSON objects whose members are known when the program is written.
// encoding/json would find them out anew for each object, by reflection.
package jsonobject

import (
	"iter"
	"maps"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Writer writes one JSON object, member by member, in their order. Names of members must have no
// characters that are escaped, but for those of Texts.
type Writer struct {
	to []byte
}

// New begins an object that probably has no more than so many bytes.
func New(size int) *Writer { return &Writer{append(make([]byte, 0, size), '{')} }

// End is the object.
func (w *Writer) End() []byte { return append(w.to, '}') }

// comma separates a member from the one before it.
func (w *Writer) comma() {
	if w.to[len(w.to)-1] != '{' {
		w.to = append(w.to, ',')
	}
}

// member begins one.
func (w *Writer) member(name string) {
	w.comma()
	w.to = append(append(append(w.to, '"'), name...), `":`...)
}

// Text writes a string. What is not UTF-8 in it becomes U+FFFD.
func (w *Writer) Text(name, value string) {
	w.member(name)
	w.quote(value)
}

func (w *Writer) quote(value string) {
	w.to, _ = jsontext.AppendQuote(w.to, value) // the error is about that
}

// Number writes a whole number.
func (w *Writer) Number(name string, value int64) {
	w.member(name)
	w.to = strconv.AppendInt(w.to, value, 10)
}

// Boolean writes a truth value.
func (w *Writer) Boolean(name string, value bool) {
	w.member(name)
	w.to = strconv.AppendBool(w.to, value)
}

// Null writes null.
func (w *Writer) Null(name string) {
	w.member(name)
	w.to = append(w.to, "null"...)
}

// JSON writes a value that is JSON already.
func (w *Writer) JSON(name string, value []byte) {
	w.member(name)
	w.to = append(w.to, value...)
}

// List writes an array of strings.
func (w *Writer) List(name string, values []string) {
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

// Object writes an object, whose members write does.
func (w *Writer) Object(name string, write func(*Writer)) {
	w.member(name)
	w.to = append(w.to, '{')
	write(w)
	w.to = append(w.to, '}')
}

// Texts writes an object of strings, sorted by name.
func (w *Writer) Texts(name string, values map[string]string) {
	names := slices.AppendSeq(make([]string, 0, len(values)), maps.Keys(values))
	slices.Sort(names)
	w.TextsInOrder(name, func(yield func(name, text string) bool) {
		for _, name := range names {
			if !yield(name, values[name]) {
				return
			}
		}
	})
}

// TextsInOrder writes an object of strings, of which no two have one name.
func (w *Writer) TextsInOrder(name string, texts iter.Seq2[string, string]) {
	w.Object(name, func(w *Writer) {
		for name, text := range texts {
			w.comma()
			w.quote(name)
			w.to = append(w.to, ':')
			w.quote(text)
		}
	})
}

// TextsUnlessEmpty is Texts, but leaves out an object without members.
func (w *Writer) TextsUnlessEmpty(name string, values map[string]string) {
	if len(values) > 0 {
		w.Texts(name, values)
	}
}
