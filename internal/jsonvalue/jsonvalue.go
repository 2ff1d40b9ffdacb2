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

	"github.com/go-json-experiment/json/jsontext"
)

// Decode has read read the one value of a text. It returns false if read fails, and for a text that
// encoding/json refuses or, because it is not UTF-8, makes something of its own of. Of members of
// one name the last counts.
func Decode(text []byte, read func(*jsontext.Decoder) error) bool {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true))
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
func Members(decoder *jsontext.Decoder, read func(name string) error) error {
	return enclosed(decoder, jsontext.KindBeginObject, jsontext.KindEndObject, func() error {
		token, err := decoder.ReadToken()
		if err != nil {
			return err
		}
		return read(token.String())
	})
}

// Elements reads an array, of which read reads each element.
func Elements(decoder *jsontext.Decoder, read func() error) error {
	return enclosed(decoder, jsontext.KindBeginArray, jsontext.KindEndArray, read)
}

func enclosed(decoder *jsontext.Decoder, begin, end jsontext.Kind, read func() error) error {
	if decoder.PeekKind() != begin {
		return ErrUnusual
	}
	_, err := decoder.ReadToken()
	for err == nil && decoder.PeekKind() != end {
		err = read()
	}
	if err != nil {
		return err
	}
	_, err = decoder.ReadToken()
	return err
}

// Text reads a string.
func Text(decoder *jsontext.Decoder) (string, error) {
	if decoder.PeekKind() != jsontext.KindString {
		return "", ErrUnusual
	}
	token, err := decoder.ReadToken()
	return token.String(), err
}

// Read reads the one value of a text: nil, bool, json.Number, string, []any or map[string]any. It
// returns false where Decode does, and for values within values on more than so many levels.
func Read(text []byte, levels int) (value any, ok bool) {
	ok = Decode(text, func(decoder *jsontext.Decoder) (err error) {
		value, err = read(decoder, levels)
		return err
	})
	if !ok {
		return nil, false
	}
	return value, true
}

func read(decoder *jsontext.Decoder, levels int) (any, error) {
	if levels < 0 {
		return nil, ErrUnusual
	}
	switch decoder.PeekKind() {
	case jsontext.KindBeginObject:
		object := map[string]any{}
		err := Members(decoder, func(name string) (err error) {
			object[name], err = read(decoder, levels-1)
			return err
		})
		return object, err
	case jsontext.KindBeginArray:
		array := []any{}
		err := Elements(decoder, func() error {
			element, err := read(decoder, levels-1)
			array = append(array, element)
			return err
		})
		return array, err
	default:
		return readScalar(decoder)
	}
}

func readScalar(decoder *jsontext.Decoder) (any, error) {
	token, err := decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case jsontext.KindString:
		return token.String(), nil
	case jsontext.KindNumber:
		return json.Number(token.String()), nil
	case jsontext.KindTrue, jsontext.KindFalse:
		return token.Bool(), nil
	default:
		return nil, nil
	}
}
