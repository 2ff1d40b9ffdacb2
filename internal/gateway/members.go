package gateway

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// membersOf finds the members of a JSON object by their exact names; encoding/json would accept any
// case in a struct. Of two members of one name the last one counts. It is nil for other JSON, and
// not isJSON for what is none. The values are parts of output. Its texts are looked at here, where
// encoding/json takes most of a call's time; all else is left to it.
func membersOf(output []byte) (members map[string]json.RawMessage, isJSON bool) {
	rest := bytes.TrimLeft(output, jsonSpace)
	if !bytes.HasPrefix(rest, []byte("{")) {
		return nil, json.Valid(output)
	}
	members = map[string]json.RawMessage{}
	for separator := byte('{'); separator != '}'; {
		rest = bytes.TrimLeft(rest[1:], jsonSpace)
		if separator == '{' && bytes.HasPrefix(rest, []byte("}")) {
			break
		}
		name := rest[:textLength(rest)]
		rest = bytes.TrimLeft(rest[len(name):], jsonSpace)
		if len(name) == 0 || !bytes.HasPrefix(rest, []byte(":")) {
			return nil, false
		}
		rest = bytes.TrimLeft(rest[1:], jsonSpace)
		value := rest[:valueLength(rest)]
		rest = bytes.TrimLeft(rest[len(value):], jsonSpace)
		if len(value) == 0 || len(rest) == 0 || rest[0] != ',' && rest[0] != '}' {
			return nil, false
		}
		text, _ := decodeText(name)
		members[string(text)], separator = value, rest[0]
	}
	return members, len(bytes.TrimLeft(rest[1:], jsonSpace)) == 0
}

const jsonSpace = " \t\r\n"

// valueLength is the length of the JSON value that text begins with, 0 if there is none.
func valueLength(text []byte) int {
	if bytes.HasPrefix(text, []byte(`"`)) {
		return textLength(text)
	}
	depth, end := 0, 0
	for end < len(text) && (depth > 0 || strings.IndexByte(",}"+jsonSpace, text[end]) < 0) {
		switch text[end] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			end += max(textLength(text[end:]), 1) - 1
		}
		end++
	}
	if !json.Valid(text[:end]) {
		return 0
	}
	return end
}

// textLength is the length of the JSON text that text begins with, quotes included, 0 if there is
// none (RFC 8259 section 7).
func textLength(text []byte) int {
	if !bytes.HasPrefix(text, []byte(`"`)) {
		return 0
	}
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return i + 1
		case c < ' ':
			return 0
		case c != '\\':
		case len(text) > i+1 && simpleEscapes[text[i+1]] != 0:
			i++
		case len(text) > i+5 && text[i+1] == 'u' && isHex(text[i+2:i+6]):
			i += 5
		default:
			return 0
		}
	}
	return 0
}

func isHex(digits []byte) bool {
	_, err := strconv.ParseUint(string(digits), 16, 16)
	return err == nil
}

// decodeText decodes a valid JSON value that should be a text. Null is an empty one.
func decodeText(value []byte) ([]byte, error) {
	if value[0] != '"' || !utf8.Valid(value) {
		var text string
		err := json.Unmarshal(value, &text)
		return []byte(text), err
	}
	rest := value[1 : len(value)-1]
	decoded := make([]byte, 0, len(rest))
	for {
		escape := bytes.IndexByte(rest, '\\')
		if escape < 0 {
			return append(decoded, rest...), nil
		}
		decoded = append(decoded, rest[:escape]...)
		decoded, rest = decodeEscape(decoded, rest[escape+1:])
	}
}

// simpleEscapes are the characters after a backslash that stand for one byte (RFC 8259 section 7).
var simpleEscapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// decodeEscape appends the character whose escape text goes on with, behind the backslash.
func decodeEscape(decoded, text []byte) (longer, rest []byte) {
	const digits = len("u0000")
	if character := simpleEscapes[text[0]]; character != 0 {
		return append(decoded, character), text[1:]
	}
	character, rest := hexRune(text[1:digits]), text[digits:]
	if utf16.IsSurrogate(character) {
		low := rune(unicode.ReplacementChar)
		if len(rest) > digits && rest[0] == '\\' && rest[1] == 'u' {
			low = hexRune(rest[2 : 1+digits])
		}
		if character = utf16.DecodeRune(character, low); character != unicode.ReplacementChar {
			rest = rest[1+digits:]
		}
	}
	return utf8.AppendRune(decoded, character), rest
}

// hexRune reads digits that are valid.
func hexRune(digits []byte) rune {
	character, _ := strconv.ParseUint(string(digits), 16, 16)
	return rune(character)
}
