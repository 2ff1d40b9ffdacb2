// Package domainprefix has Cognito's rules for the prefix of a user pool's domain. It owns neither
// where a prefix is written nor domains of one's own.
//
// Source: Cognito API reference, CreateUserPoolDomain, Domain; "Domain cannot contain reserved
// word: ..." is what it answers.
package domainprefix

import (
	"slices"
	"strings"
)

// Pattern is the form of a prefix, as a regular expression without anchors: 1 to 63 of a-z, 0-9 and
// hyphens inside.
const Pattern = `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`

var reserved = []string{"amazon", "aws", "cognito"}

// ReservedWords are the words that no part of a prefix between hyphens can be, sorted.
func ReservedWords() []string { return slices.Clone(reserved) }

// ReservedWord is the first reserved word that is a whole part of a text between hyphens, "" if
// there is none: paws has none, my-aws-app has aws.
func ReservedWord(text string) string {
	for part := range strings.SplitSeq(text, "-") {
		if slices.Contains(reserved, part) {
			return part
		}
	}
	return ""
}
