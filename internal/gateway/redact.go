package gateway

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// loggable is the form in which a log shows what a caller, an issuer or a function chose: without
// tokens, and without characters that could end a field or a line.
func loggable(text string) string { return escapeLogValue(withoutTokens(text)) }

// tokenText finds tokens in any text: a header segment is base64 of JSON, whose first bytes are {".
var tokenText = regexp.MustCompile(`eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*`)

// withoutTokens replaces tokens in a text that a caller or a function chose: a path with a token in
// it, or an error that quotes the whole event.
//
// Parity: Access log: tokens
func withoutTokens(text string) string {
	if !strings.Contains(text, "eyJ") { // as almost always: a search by pattern takes ten times as long
		return text
	}
	return tokenText.ReplaceAllLiteralString(text, "[token]")
}

// escapeLogValue makes a value safe inside a JSON string and a quoted CLF field: a caller can
// neither end the field nor start another line.
//
// Parity: Access log: escaping of values
func escapeLogValue(value string) string {
	if isPlain(value) || !strings.ContainsFunc(value, needsLogEscape) {
		return value
	}
	var b strings.Builder
	for _, r := range value {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case needsLogEscape(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isPlain reports whether a value is of ASCII alone and needs no escape, as nearly every one.
func isPlain(value string) bool {
	for i := range len(value) {
		if c := value[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// needsLogEscape includes the separators some viewers break lines at, and the mark of bytes that
// are not UTF-8.
func needsLogEscape(r rune) bool {
	return r == '"' || r == '\\' || r == '\u2028' || r == '\u2029' || r == utf8.RuneError || unicode.IsControl(r)
}
