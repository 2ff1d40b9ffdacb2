package chaos

import (
	"slices"
	"strings"
)

// Kind is what becomes of a request. "" is nothing out of the ordinary.
type Kind string

// The kinds, by the names that rules give them.
const (
	// Late is the right answer after a delay.
	Late Kind = "late"
	// TooMany, Failed and Unavailable are an HTTP status in place of the answer.
	TooMany     Kind = "429"
	Failed      Kind = "500"
	Unavailable Kind = "503"
	// Cut is a connection that breaks before the answer or within it.
	Cut Kind = "cut"
	// Keys has the user pool sign with a new key from this token request on.
	Keys Kind = "keys"
	// Secret begins a rotation of the client's secret, beside this token request.
	Secret Kind = "secret"
)

// Target is what requests are about.
type Target string

// The targets, by the names that rules give them.
const (
	Calls  Target = "calls"  // of the HTTP API
	Tokens Target = "tokens" // requests of the token endpoint
)

// Kinds are all there are, in the order in which they are told.
func Kinds() []Kind { return append(answers(), Keys, Secret) }

// answers are the kinds that spoil an answer, of either target.
func answers() []Kind { return []Kind{Late, TooMany, Failed, Unavailable, Cut} }

// kindsOf are those that can happen at a request.
func kindsOf(target Target) []Kind {
	if target == Tokens {
		return Kinds()
	}
	return answers()
}

// IsRotation says whether a kind replaces something and leaves the answer as it is.
func (k Kind) IsRotation() bool { return k == Keys || k == Secret }

// names lists texts for a sentence.
func names[T ~string](all []T) string {
	var list []string
	for _, one := range all {
		list = append(list, string(one))
	}
	return strings.Join(list, ", ")
}

// only are the elements of all that are in some.
func only(all, some []Kind) (both []Kind) {
	for _, kind := range all {
		if slices.Contains(some, kind) {
			both = append(both, kind)
		}
	}
	return both
}
