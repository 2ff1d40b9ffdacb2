package jwtauth

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// decodeObject decodes one JSON object (RFC 8259) with nothing after it. It refuses two members of
// one name and bytes that are not UTF-8: whatever reads a token later must not be able to read it
// differently. Numbers are json.Number, as they were written.
func decodeObject(raw []byte) (map[string]any, error) {
	if !utf8.Valid(raw) {
		return nil, ErrObject
	}
	// Names are compared where they are kept, and what is left of invalid UTF-8 is half a pair of
	// surrogates, written as escapes.
	decoder := jsontext.NewDecoder(bytes.NewBuffer(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	value, err := decodeValue(decoder)
	object, isObject := value.(map[string]any)
	if err != nil || !isObject {
		return nil, ErrObject
	}
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, ErrObject
	}
	return object, nil
}

func decodeValue(decoder *jsontext.Decoder) (any, error) {
	token, err := decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case jsontext.KindBeginObject:
		return decodeMembers(decoder)
	case jsontext.KindBeginArray:
		return decodeElements(decoder)
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

// decodeMembers reads an object to its end.
func decodeMembers(decoder *jsontext.Decoder) (map[string]any, error) {
	object := map[string]any{}
	for decoder.PeekKind() != jsontext.KindEndObject {
		token, err := decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		name := token.String()
		if _, taken := object[name]; taken {
			return nil, ErrObject
		}
		if object[name], err = decodeValue(decoder); err != nil {
			return nil, err
		}
	}
	_, err := decoder.ReadToken()
	return object, err
}

// decodeElements reads an array to its end.
func decodeElements(decoder *jsontext.Decoder) ([]any, error) {
	list := []any{}
	for decoder.PeekKind() != jsontext.KindEndArray {
		element, err := decodeValue(decoder)
		if err != nil {
			return nil, err
		}
		list = append(list, element)
	}
	_, err := decoder.ReadToken()
	return list, err
}
