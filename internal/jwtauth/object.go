package jwtauth

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// decodeObject decodes one JSON object (RFC 8259) with nothing after it. It is stricter than encoding/json, which takes
// the last of several members of one name and makes something of bytes that are not UTF-8: whatever reads a token after
// the gateway must not be able to read it differently. Numbers stay as they were written.
//
// It reads every token once, which is why it is not a decoder of more followed by checks.
func decodeObject(raw []byte) (map[string]any, error) {
	if !utf8.Valid(raw) {
		return nil, ErrObject
	}
	r := jsonReader{rest: string(raw)}
	value, ok := r.value()
	object, isObject := value.(map[string]any)
	if !ok || !isObject || r.skipSpace() != "" {
		return nil, ErrObject
	}
	return object, nil
}

// jsonReader reads JSON values one after the other. Its methods report false for what is not strict JSON; nothing may
// be read after that. Depth is bounded by the size of a request's headers.
type jsonReader struct{ rest string }

// value reads an object, []any, string, bool, json.Number or nil.
func (r *jsonReader) value() (any, bool) {
	switch rest := r.skipSpace(); {
	case strings.HasPrefix(rest, "{"):
		return r.object()
	case strings.HasPrefix(rest, "["):
		return r.array()
	case strings.HasPrefix(rest, `"`):
		return r.text()
	default:
		return r.literal()
	}
}

func (r *jsonReader) object() (map[string]any, bool) {
	object := map[string]any{}
	if r.accept('{'); r.accept('}') {
		return object, true
	}
	for {
		name, ok := r.text()
		if !ok || !r.accept(':') {
			return nil, false
		}
		value, ok := r.value()
		if _, twice := object[name]; !ok || twice {
			return nil, false
		}
		object[name] = value
		if r.accept('}') {
			return object, true
		}
		if !r.accept(',') {
			return nil, false
		}
	}
}

func (r *jsonReader) array() ([]any, bool) {
	array := []any{}
	if r.accept('['); r.accept(']') {
		return array, true
	}
	for {
		element, ok := r.value()
		if !ok {
			return nil, false
		}
		array = append(array, element)
		if r.accept(']') {
			return array, true
		}
		if !r.accept(',') {
			return nil, false
		}
	}
}

// text reads a string. The rare one with an escape is left to encoding/json.
func (r *jsonReader) text() (string, bool) {
	if !r.accept('"') {
		return "", false
	}
	isEscaped := false
	for i := 0; i < len(r.rest); i++ {
		switch c := r.rest[i]; {
		case c == '"':
			raw := r.rest[:i]
			r.rest = r.rest[i+1:]
			if !isEscaped {
				return raw, true
			}
			var text string
			err := json.Unmarshal([]byte(`"`+raw+`"`), &text)
			return text, err == nil
		case c == '\\':
			isEscaped = true
			i++ // a quote after it does not end the string
		case c < ' ':
			return "", false
		}
	}
	return "", false
}

// literal reads true, false, null or a number.
func (r *jsonReader) literal() (any, bool) {
	raw := r.rest
	if end := strings.IndexAny(raw, " \t\r\n,]}"); end >= 0 {
		raw = raw[:end]
	}
	r.rest = r.rest[len(raw):]
	switch raw {
	case "true", "false":
		return raw == "true", true
	case "null":
		return nil, true
	default:
		return json.Number(raw), isNumber(raw)
	}
}

// isNumber holds for a JSON number: the only valid JSON that starts like one.
func isNumber(raw string) bool {
	return raw != "" && strings.IndexByte("-0123456789", raw[0]) >= 0 && json.Valid([]byte(raw))
}

// accept skips one character, and white space before it, if it comes next.
func (r *jsonReader) accept(c byte) bool {
	rest := r.skipSpace()
	if rest == "" || rest[0] != c {
		return false
	}
	r.rest = rest[1:]
	return true
}

// skipSpace skips white space and returns what is left.
func (r *jsonReader) skipSpace() string {
	for r.rest != "" && (r.rest[0] == ' ' || r.rest[0] == '\t' || r.rest[0] == '\n' || r.rest[0] == '\r') {
		r.rest = r.rest[1:]
	}
	return r.rest
}
