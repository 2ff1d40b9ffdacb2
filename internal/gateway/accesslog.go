package gateway

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"cognito-m2m/internal/httpapi"
)

// accessLog writes one line per request that reached a stage, in the stage's own format.
type accessLog struct {
	mu  sync.Mutex
	out io.Writer // nil if nobody reads it
}

// logFormat is a compiled access log template. Nil logs nothing.
type logFormat []logPart

type logPart struct {
	literal  string
	variable logVariable // after the literal; nil in the last part
}

// logVariable returns a variable's value in an exchange, "" if it has none.
type logVariable func(x *exchange) string

// unset is what AWS prints for a variable without a value.
const unset = "-"

// compileLogFormat finds the value of each variable; "" writes no log.
func compileLogFormat(template string) (logFormat, error) {
	if template == "" {
		return nil, nil
	}
	parts, err := httpapi.ParseLogFormat(template)
	if err != nil {
		return nil, err
	}
	format := make(logFormat, len(parts))
	for i, part := range parts {
		format[i].literal = part.Literal
		if part.Variable != "" {
			format[i].variable = findLogVariable(part.Variable)
		}
	}
	return format, nil
}

// write logs an exchange. A log that can't be written does not fail the request.
func (l *accessLog) write(x *exchange) {
	if l.out == nil || x.stage.logFormat == nil {
		return
	}
	line := x.stage.logFormat.line(x)
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = io.WriteString(l.out, line)
}

func (f logFormat) line(x *exchange) string {
	var b strings.Builder
	for _, part := range f {
		b.WriteString(part.literal)
		if part.variable == nil {
			continue
		}
		if value := part.variable(x); value != "" {
			b.WriteString(value)
		} else {
			b.WriteString(unset)
		}
	}
	b.WriteByte('\n')
	return b.String()
}

// tokenText finds tokens in any text: a header segment is base64 of JSON, whose first bytes are {".
var tokenText = regexp.MustCompile(`eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*`)

// withoutTokens is for whatever callers and functions choose and a log shows: a path with a token in it, or an error
// that has the whole event.
//
// Parity: Access log: tokens
func withoutTokens(text string) string {
	if !strings.Contains(text, "eyJ") { // as almost always: a search by pattern takes ten times as long
		return text
	}
	return tokenText.ReplaceAllLiteralString(text, "[token]")
}

// escapeLogValue makes a value safe inside a JSON string and a quoted CLF field: a caller can neither end the field
// nor start a line of its own.
//
// Parity: Access log: escaping of values
func escapeLogValue(value string) string {
	if !strings.ContainsFunc(value, needsLogEscape) {
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

// needsLogEscape includes the separators some viewers break lines at, and the mark of bytes that are not UTF-8.
func needsLogEscape(r rune) bool {
	return r == '"' || r == '\\' || r == '\u2028' || r == '\u2029' || r == utf8.RuneError || unicode.IsControl(r)
}
