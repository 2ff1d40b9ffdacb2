package strictyaml

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"cognito-m2m/internal/nearest"
)

// Text is the rule for one kind of text. A type has it from its method Text; a type without the
// method takes any text.
type Text struct {
	Noun      string                                    // what the value is, in messages
	Pattern   *Pattern                                  // nil: anything
	MaxLength int                                       // characters; 0: the pattern says it
	Words     []string                                  // the only values there are, in capitals, however they are written; nil: see Pattern
	Refuse    func(value string) (message, hint string) // what else is wrong with a value that fits; nil: nothing is
	Hint      string                                    // the rule in words
}

// textOf is the rule of a value's type.
func textOf(value reflect.Value) Text {
	if kind, ok := reflect.TypeAssert[interface{ Text() Text }](value); ok {
		return kind.Text()
	}
	return Text{}
}

// Check describes what is wrong with a value; both answers are empty when nothing is.
func (t Text) Check(value string) (message, hint string) {
	switch {
	case t.Words != nil && !slices.Contains(t.Words, t.spell(value)):
		return fmt.Sprintf("unknown %s %s", t.Noun, Quote(value)), DidYouMean(value, t.Words)
	case t.Pattern != nil && !t.Pattern.Matches(value), t.MaxLength > 0 && utf8.RuneCountInString(value) > t.MaxLength:
		return Quote(value) + " is not a valid " + t.Noun, t.Hint
	case t.Refuse != nil:
		return t.Refuse(value)
	}
	return "", ""
}

// spell gives the one way a value is written from here on.
func (t Text) spell(value string) string {
	if t.Words != nil {
		return strings.ToUpper(value)
	}
	return value
}

// DidYouMean is a hint: the nearest of the known words if one is near, else all of them if they are
// few.
func DidYouMean(word string, known []string) string {
	if near := nearest.Word(word, known); near != "" {
		return "did you mean " + Quote(near) + "?"
	}
	const few = 16
	if len(known) == 0 || len(known) > few {
		return ""
	}
	return "known: " + strings.Join(known, ", ")
}

// Pattern is a regular expression. It is compiled when it is first needed: a command reads few
// files, or none.
type Pattern struct {
	text     string
	compiled func() *regexp.Regexp
}

// Expression is the pattern of a regular expression, which must be one.
func Expression(text string) *Pattern {
	return &Pattern{text, sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })}
}

// String is the regular expression.
func (p *Pattern) String() string { return p.text }

// Matches says whether a text has the pattern.
func (p *Pattern) Matches(text string) bool { return p.compiled().MatchString(text) }
