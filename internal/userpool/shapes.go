package userpool

import (
	"regexp"
	"strings"
)

var generatedID = regexp.MustCompile(`^[0-9a-v]{25,26}$`)

// IsSecret says whether a text can be a client secret (CreateUserPoolClient, ClientSecret).
func IsSecret(text string) bool { return isWord(text, 24, 64) }

// IsClientID says whether a text can be the id of an app client (ClientIdType).
func IsClientID(text string) bool { return isWord(text, 1, 128) }

// isWord matches [\w+] so many times. A pool has many clients to look at.
func isWord(text string, least, most int) bool {
	return len(text) >= least && len(text) <= most && !strings.ContainsFunc(text, func(c rune) bool {
		return c != '_' && c != '+' && (c < '0' || '9' < c) && (c < 'A' || 'Z' < c) && (c < 'a' || 'z' < c)
	})
}

// LooksLikeClientID says whether a text looks like an app client id that Cognito has generated,
// which has only digits and the letters a to v. About one in 1,000 is shorter and is not
// recognized.
func LooksLikeClientID(text string) bool { return generatedID.MatchString(text) }
