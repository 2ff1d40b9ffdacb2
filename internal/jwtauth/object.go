package jwtauth

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	josejson "github.com/go-jose/go-jose/v4/json"
)

// decodeObject decodes one JSON object (RFC 8259) with nothing after it. It refuses two members of
// one name and bytes that are not UTF-8: whatever reads a token later must not be able to read it
// differently. Numbers are json.Number, as they were written.
func decodeObject(raw []byte) (map[string]any, error) {
	decoder := josejson.NewDecoder(bytes.NewReader(raw))
	decoder.SetNumberType(josejson.UnmarshalJSONNumber)
	var object map[string]any
	if err := decoder.Decode(&object); err != nil || object == nil || !utf8.Valid(raw) {
		return nil, ErrObject
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, ErrObject
	}
	withNumbers(object)
	return object, nil
}

// withNumbers makes every number a json.Number of encoding/json, which writes it as it was written.
func withNumbers(value any) any {
	switch value := value.(type) {
	case josejson.Number:
		return json.Number(value)
	case map[string]any:
		for name, member := range value {
			value[name] = withNumbers(member)
		}
	case []any:
		for i, element := range value {
			value[i] = withNumbers(element)
		}
	}
	return value
}
