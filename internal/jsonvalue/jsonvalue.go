// Package jsonvalue reads JSON in a third of the time that encoding/json takes, which goes through
// a text three times.
//
// It owns that nothing else differs: a value is the one that encoding/json's decoder gives with
// UseNumber. It is for texts of the usual form. What another one means, or what is wrong with it
// and where, encoding/json says.
package jsonvalue

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"
)

// Decoder reads one text. The texts that it gives are parts of that, which lives as long as one of
// them.
type Decoder struct {
	*jsontext.Decoder
	text string

	// Of the objects and arrays that are being read, the inner ones after the outer ones. What is
	// made of one when it ends has the size that it needs.
	members  []member
	elements []any
}

type member struct {
	name  string
	value any
}

// Decode has read read the one value of a text. It returns false if read fails, and for a text that
// encoding/json refuses or, because it is not UTF-8, makes something of its own of. Of members of
// one name the last counts. What it gives is a part of the text, which must not change any more.
func Decode(text []byte, read func(*Decoder) error) bool {
	decoder := &Decoder{
		Decoder: jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true)),
		text:    unsafe.String(unsafe.SliceData(text), len(text)), //nolint:gosec // the text does not change any more
	}
	if read(decoder) != nil {
		return false
	}
	_, err := decoder.ReadToken()
	return errors.Is(err, io.EOF)
}

// ErrUnusual is that a text is not of the form that it usually has. So is one with members whose
// names encoding/json takes for others, in another case.
var ErrUnusual = errors.New("the text is of an unusual form")

// Members reads an object, of which read reads the value of each member.
func (d *Decoder) Members(read func(name string) error) error {
	return d.enclosed(jsontext.KindBeginObject, jsontext.KindEndObject, func() error {
		name, err := d.unquoted()
		if err != nil {
			return err
		}
		return read(name)
	})
}

// Elements reads an array, of which read reads each element.
func (d *Decoder) Elements(read func() error) error {
	return d.enclosed(jsontext.KindBeginArray, jsontext.KindEndArray, read)
}

func (d *Decoder) enclosed(begin, end jsontext.Kind, read func() error) error {
	if d.PeekKind() != begin {
		return ErrUnusual
	}
	_, err := d.ReadToken()
	for err == nil && d.PeekKind() != end {
		err = read()
	}
	if err != nil {
		return err
	}
	_, err = d.ReadToken()
	return err
}

// Text reads a string.
func (d *Decoder) Text() (string, error) {
	if d.PeekKind() != jsontext.KindString {
		return "", ErrUnusual
	}
	return d.unquoted()
}

// unquoted reads a string, which the next value is.
func (d *Decoder) unquoted() (string, error) {
	quoted, err := d.written()
	if err != nil {
		return "", err
	}
	if inside := quoted[1 : len(quoted)-1]; strings.IndexByte(inside, '\\') < 0 {
		return inside, nil
	}
	text, err := jsontext.AppendUnquote(nil, quoted)
	return string(text), err
}

// written reads a value as it is written.
func (d *Decoder) written() (string, error) {
	value, err := d.ReadValue()
	if err != nil {
		return "", err
	}
	end := d.InputOffset()
	return d.text[end-int64(len(value)) : end], nil
}

// Read reads the one value of a text: nil, bool, json.Number, string, []any or map[string]any. It
// returns false where Decode does, and for values within values on more than so many levels.
func Read(text []byte, levels int) (value any, ok bool) {
	ok = Decode(text, func(decoder *Decoder) (err error) {
		value, err = decoder.read(levels)
		return err
	})
	if !ok {
		return nil, false
	}
	return value, true
}

func (d *Decoder) read(levels int) (any, error) {
	if levels < 0 {
		return nil, ErrUnusual
	}
	switch d.PeekKind() {
	case jsontext.KindBeginObject:
		return d.object(levels - 1)
	case jsontext.KindBeginArray:
		return d.array(levels - 1)
	default:
		return d.scalar()
	}
}

func (d *Decoder) object(levels int) (any, error) {
	outer := len(d.members)
	err := d.Members(func(name string) error {
		value, err := d.read(levels)
		d.members = append(d.members, member{name, value})
		return err
	})
	own := d.members[outer:]
	object := make(map[string]any, len(own))
	for _, m := range own {
		object[m.name] = m.value
	}
	d.members = d.members[:outer]
	return object, err
}

func (d *Decoder) array(levels int) (any, error) {
	outer := len(d.elements)
	err := d.Elements(func() error {
		element, err := d.read(levels)
		d.elements = append(d.elements, element)
		return err
	})
	array := append([]any{}, d.elements[outer:]...)
	d.elements = d.elements[:outer]
	return array, err
}

func (d *Decoder) scalar() (any, error) {
	kind := d.PeekKind()
	if kind == jsontext.KindString {
		return d.unquoted()
	}
	if kind == jsontext.KindNumber {
		number, err := d.written()
		return json.Number(number), err
	}
	token, err := d.ReadToken()
	if err != nil || token.Kind() == jsontext.KindNull {
		return nil, err
	}
	return token.Bool(), nil
}
