package jwtauth

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// decodeObject has one JSON object (RFC 8259) read, and wants nothing after it. It refuses two
// members of one name and bytes that are not UTF-8: whatever reads a token later must not be able
// to read it differently. It keeps nothing of raw.
func decodeObject(raw []byte, read func(*decoder) error) error {
	if !utf8.Valid(raw) {
		return ErrObject
	}
	d := decoders.Get().(*decoder) // New makes nothing else
	defer decoders.Put(d)
	// Names are compared where they are kept, and what is left of invalid UTF-8 is half a pair of
	// surrogates, written as escapes.
	d.json.Reset(bytes.NewBuffer(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	d.text = string(raw)
	if d.json.PeekKind() != jsontext.KindBeginObject {
		return ErrObject
	}
	if err := read(d); err != nil {
		return ErrObject
	}
	if _, err := d.json.ReadToken(); !errors.Is(err, io.EOF) {
		return ErrObject
	}
	return nil
}

// decoders are for one object after the other.
var decoders = sync.Pool{New: func() any { return new(decoder) }}

// decoder cuts strings and numbers out of one copy of the whole text.
type decoder struct {
	json jsontext.Decoder
	text string
}

// claims reads an object to its end.
func (d *decoder) claims() (Claims, error) {
	if _, err := d.json.ReadToken(); err != nil {
		return nil, err
	}
	claims := make(Claims, 0, usualClaims)
	for d.json.PeekKind() != jsontext.KindEndObject {
		name, err := d.string()
		if err != nil {
			return nil, err
		}
		c := claim{name: name, kind: d.json.PeekKind()}
		switch c.kind {
		case jsontext.KindString:
			c.text, err = d.string()
		case jsontext.KindNumber:
			c.text, err = d.number()
		default:
			c.other, err = d.value()
		}
		if err != nil {
			return nil, err
		}
		claims = append(claims, c)
	}
	if claims.repeat() {
		return nil, ErrObject
	}
	_, err := d.json.ReadToken()
	return claims, err
}

// usualClaims is room for the claims of an access token.
const usualClaims = 12

// value reads one, a number as json.Number, as it was written.
func (d *decoder) value() (any, error) {
	switch d.json.PeekKind() {
	case jsontext.KindBeginObject:
		return d.members()
	case jsontext.KindBeginArray:
		return d.elements()
	case jsontext.KindString:
		return d.string()
	case jsontext.KindNumber:
		text, err := d.number()
		return json.Number(text), err
	default:
		token, err := d.json.ReadToken()
		if err != nil || token.Kind() == jsontext.KindNull {
			return nil, err
		}
		return token.Bool(), nil
	}
}

func (d *decoder) number() (string, error) {
	raw, err := d.json.ReadValue()
	return d.last(len(raw)), err
}

// last is what was read last, of so many bytes.
func (d *decoder) last(length int) string {
	end := int(d.json.InputOffset())
	return d.text[end-length : end]
}

func (d *decoder) string() (string, error) {
	raw, err := d.json.ReadValue()
	if err != nil {
		return "", err
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return d.last(len(raw))[1 : len(raw)-1], nil
	}
	var usual [256]byte
	text, _ := jsontext.AppendUnquote(usual[:0], raw) // the error is about halves of pairs
	return string(text), nil
}

// members reads an object to its end.
func (d *decoder) members() (map[string]any, error) {
	if _, err := d.json.ReadToken(); err != nil {
		return nil, err
	}
	object := map[string]any{}
	for d.json.PeekKind() != jsontext.KindEndObject {
		name, err := d.string()
		if err != nil {
			return nil, err
		}
		if _, taken := object[name]; taken {
			return nil, ErrObject
		}
		if object[name], err = d.value(); err != nil {
			return nil, err
		}
	}
	_, err := d.json.ReadToken()
	return object, err
}

// elements reads an array to its end.
func (d *decoder) elements() ([]any, error) {
	if _, err := d.json.ReadToken(); err != nil {
		return nil, err
	}
	list := []any{}
	for d.json.PeekKind() != jsontext.KindEndArray {
		element, err := d.value()
		if err != nil {
			return nil, err
		}
		list = append(list, element)
	}
	_, err := d.json.ReadToken()
	return list, err
}
