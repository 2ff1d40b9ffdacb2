package client

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// strayCharacters says what surrounds a value that can't be part of it, such as "a line end (\n)
// after it"; "" if nothing does. It quotes nothing of the value itself. Files, shells and forms add
// such things, and a token endpoint then answers as for a wrong secret.
func strayCharacters(value string) string {
	inner := strings.TrimFunc(value, isStray)
	if value != "" && inner == "" {
		return "only white space in it"
	}
	before, after, _ := strings.Cut(value, inner)
	var found []string
	if before != "" {
		first, _ := utf8.DecodeRuneInString(before)
		found = append(found, nameOf(first)+" before it")
	}
	if after != "" {
		last, _ := utf8.DecodeLastRuneInString(after)
		found = append(found, nameOf(last)+" after it")
	}
	if len(inner) > 1 && strings.ContainsAny(inner[:1], "\"'`") && inner[0] == inner[len(inner)-1] {
		found = append(found, "quotation marks around it")
	}
	return strings.Join(found, " and ")
}

// isStray is true for white space, controls, and invisible characters, such as a byte order mark.
func isStray(c rune) bool {
	return unicode.IsSpace(c) || unicode.IsControl(c) || unicode.Is(unicode.Cf, c)
}

func nameOf(c rune) string {
	switch c {
	case '\n':
		return `a line end (\n)`
	case '\r':
		return `a carriage return (\r)`
	case '\t':
		return `a tab (\t)`
	case ' ':
		return "a space"
	case '\uFEFF':
		return "a byte order mark (U+FEFF)"
	default:
		return fmt.Sprintf("an invisible character (%U)", c)
	}
}
