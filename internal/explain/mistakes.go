package explain

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"cognito-m2m/internal/userpool"
)

// mistakes recognize what was pasted in place of a token; the first match counts. Each returns ""
// for anything else, and repeats only words that it knows itself. What a text is comes before what
// surrounds it.
var mistakes = []func(e *explanation, text string) (said, advice string){
	(*explanation).nothing, (*explanation).answer, (*explanation).placeholder, (*explanation).scheme,
	(*explanation).credentials, (*explanation).around, (*explanation).character, (*explanation).parts,
}

// quotes are those that shells, JSON and word processors add to a text.
const quotes = "\"'`\\\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"

func (e *explanation) getOne() string { return "get one: " + e.command("token "+e.anyClient()) }

func (e *explanation) nothing(text string) (said, advice string) {
	if strings.Trim(text, quotes) == "" {
		return "there is no token", e.getOne()
	}
	return "", ""
}

var (
	jsonAnswer  = regexp.MustCompile(`["']access_token["']\s*:`)
	jsonRefusal = regexp.MustCompile(`^\{\s*"(?:error|message)"\s*:`)
	formAnswer  = regexp.MustCompile(`(?:^|[?&#])access_token=`)
)

// answer is what a token endpoint or an API answers.
func (e *explanation) answer(text string) (said, advice string) {
	const alone = "send the value of access_token alone"
	switch {
	case jsonAnswer.MatchString(text):
		return "this is the whole answer of the token endpoint", alone
	case formAnswer.MatchString(text):
		return "this is more than the token, which is only what follows access_token=", alone
	case jsonRefusal.MatchString(text):
		return "this is an error response, not a token", "find out why the request was refused, then " + e.getOne()
	}
	return "", ""
}

// unfilled matches placeholders, and literals are what programs write for a missing value.
var (
	unfilled = regexp.MustCompile(`^(?:\$\w+|\$?\{+\s*[\w.-]+\s*\}+|\$\([\w. -]+\)|%\w+%|<[\w -]+>|\[[\w -]+\])$`)
	literals = []string{"null", "undefined", "none", "nil", "[object object]", "false", "true", "token", "access_token"}
)

func (e *explanation) placeholder(text string) (said, advice string) {
	text = strings.Trim(text, quotes)
	if i := slices.Index(literals, strings.ToLower(text)); i >= 0 {
		return "the word " + literals[i] + " is in place of the token: the caller has no token", "find out why the caller got no token; " + e.getOne()
	}
	if unfilled.MatchString(text) {
		return "this is a placeholder that was not filled in", "put the caller's token there; in a shell, single quotes keep a variable from being replaced"
	}
	return "", ""
}

var (
	strangeGap  = regexp.MustCompile(`(?i)^bearer(?:%20|\+|[:=,]|["'])`)
	otherScheme = regexp.MustCompile(`(?i)^(?:token|jwt|oauth|oauth2|dpop|digest|negotiate|api-?key|aws4-hmac-sha256)[\s:=]`)
)

// scheme looks at the word before the token.
func (e *explanation) scheme(text string) (said, advice string) {
	bare := strings.Trim(text, quotes)
	switch {
	case hasPrefixFold(bare, "basic "):
		return "these are a client's credentials for the token endpoint, not a token", "get a token with them: " + e.command("token "+e.anyClient())
	case strangeGap.MatchString(bare):
		return "there is something other than one space between Bearer and the token", "send \"Bearer\", one space and the token"
	case bare == text && (hasPrefixFold(text, "bearer ") || strings.EqualFold(text, "bearer")):
		return "the word Bearer is there twice", "send it once: your client adds it, so pass the token alone"
	case otherScheme.MatchString(bare):
		return "the word before the token is not Bearer", "send \"Bearer\", one space and the token"
	}
	return "", ""
}

// credentials finds the credentials that a token is requested with.
func (e *explanation) credentials(text string) (said, advice string) {
	text = strings.Trim(text, quotes)
	switch c := e.clientWithID(text); {
	case c != nil:
		return "this is the app client id of " + c.Name + ", not a token", "get one: " + e.command("token "+c.Name)
	case userpool.LooksLikeClientID(text):
		return "this looks like an app client id, not a token", e.getOne()
	case userpool.IsSecret(text) && !strings.HasPrefix(text, tokenBegins):
		return "this looks like a client secret, not a token",
			"get a token: " + e.command("token "+e.anyClient()) + "; if others may have seen the secret, replace it: " + e.command("rotate CLIENT")
	}
	return "", ""
}

// tokenBegins is how a header in base64url begins: {" .
const tokenBegins = "eyJ"

// around looks at what surrounds a token or separates its pieces.
func (e *explanation) around(text string) (said, advice string) {
	pieces := strings.Fields(text)
	starts := func(piece string) bool { return strings.HasPrefix(strings.Trim(piece, quotes), tokenBegins) }
	switch {
	case strings.Trim(text, quotes) != text:
		return "there are quotes around it", "send it without them; `jq -r` prints a text without quotes"
	case strings.ContainsAny(text[len(text)-1:], ",;"):
		return "there is a " + map[byte]string{',': "comma", ';': "semicolon"}[text[len(text)-1]] + " after it", "send it without"
	case strings.Contains(text, "\u2026") || strings.Contains(text, "..."):
		return "it was shortened when it was copied: there is an ellipsis in it", "copy the whole token, or " + e.getOne()
	case len(pieces) > 1 && starts(pieces[0]) && starts(pieces[1]):
		return "these are two tokens", "send one"
	case len(pieces) > 1:
		return "there is white space inside it", "copy it as one line"
	}
	return "", ""
}

var urlEncoded = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

// character looks for one that is in no token (RFC 7515 section 7.1: base64url and dots).
func (e *explanation) character(text string) (said, advice string) {
	const again = "send the token as the token endpoint returned it"
	for _, c := range text {
		switch {
		case c > unicode.MaxASCII && !unicode.IsPrint(c):
			return fmt.Sprintf("it has an invisible character (U+%04X)", c), "copy it from a terminal or as plain text, or " + e.getOne()
		case c > unicode.MaxASCII:
			return fmt.Sprintf("it has a character that a token can't have (U+%04X)", c), "copy it from a terminal or as plain text, or " + e.getOne()
		}
	}
	switch whole := strings.HasPrefix(text, tokenBegins); {
	case !whole:
	case urlEncoded.MatchString(text):
		return "it is URL-encoded", again
	case strings.HasSuffix(text, "="):
		return "there is padding (=) at its end, which a token does not have", again
	case strings.ContainsAny(text, "+/"):
		return "it is base64, not base64url: it has + or / instead of - and _", again
	}
	return "", ""
}

// The parts of a token in its compact form (RFC 7515 section 7.1, RFC 7516 section 7.1).
const (
	jwsParts = 3
	jweParts = 5
)

// parts counts them.
func (e *explanation) parts(text string) (said, advice string) {
	parts := strings.Split(text, ".")
	begins := strings.HasPrefix(text, tokenBegins)
	switch {
	case len(parts) == jwsParts:
		return "", ""
	case begins && len(parts) == 2*jwsParts-1 && strings.LastIndex(parts[2], tokenBegins) > 0:
		return "these are two tokens, one right after the other", "send one"
	case len(parts) == jweParts:
		return "this is an encrypted token (JWE), like Cognito's refresh tokens", "API Gateway needs an access token; " + e.getOne()
	case begins && len(parts) < jwsParts:
		return "the token was cut off: it has " + count(len(parts)) + " of its three parts", "copy it as a whole, or " + e.getOne()
	}
	return fmt.Sprintf("this is not a token: a token has three parts separated by dots, and this has %s", count(len(parts))), e.getOne()
}

func count(n int) string {
	if n == 1 {
		return "one"
	}
	return fmt.Sprint(n)
}
