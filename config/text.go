package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// text is the rule for one kind of string in an environment file.
type text struct {
	noun      string         // what the value is, in messages
	pattern   *regexp.Regexp // also read by editors as ECMA-262, so it keeps to what both know; nil: anything
	maxLength int            // characters; 0: the pattern says it
	words     []string       // the only values there are, in capitals, however they are written; nil: see pattern
	reserved  []string       // words that must not be a part of the value, between hyphens
	hint      string         // the rule in words
}

// check describes what is wrong with a value; both answers are empty when nothing is.
func (t text) check(value string) (message, hint string) {
	if t.words != nil {
		if slices.Contains(t.words, t.spell(value)) {
			return "", ""
		}
		return fmt.Sprintf("unknown %s %s", t.noun, quote(value)), didYouMean(value, t.words)
	}
	if !t.pattern.MatchString(value) || t.maxLength > 0 && utf8.RuneCountInString(value) > t.maxLength {
		return quote(value) + " is not a valid " + t.noun, t.hint
	}
	if word := reservedIn(value, t.reserved); word != "" {
		return fmt.Sprintf("%s contains the reserved word %q", quote(value), word), "Cognito refuses it in a domain"
	}
	return "", ""
}

// spell gives the one way a value is written from here on.
func (t text) spell(value string) string {
	if t.words != nil {
		return strings.ToUpper(value)
	}
	return value
}

// reservedIn finds a word that is a whole part of a value, between hyphens: paws has none, my-aws-app has.
func reservedIn(value string, words []string) string {
	for part := range strings.SplitSeq(value, "-") {
		if slices.Contains(words, part) {
			return part
		}
	}
	return ""
}
