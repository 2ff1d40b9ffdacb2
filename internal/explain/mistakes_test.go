package explain_test

import (
	"strings"
	"testing"

	"cognito-m2m/internal/access/accesstest"
)

// mistakenTokens are what callers send when something went wrong on the way to the header. Each
// verdict names the cause.
func mistakenTokens(t *testing.T, r *accesstest.Run) []token {
	t.Helper()
	genuine := r.Token(t, "reader")
	parts := strings.Split(genuine, ".")
	return []token{
		{name: "in quotes", token: `"` + genuine + `"`, want: "401: there are quotes around it"},
		{name: "in single quotes", token: "'" + genuine + "'", want: "401: there are quotes around it"},
		{name: "in typographic quotes", token: "\u201c" + genuine + "\u201d", want: "401: there are quotes around it"},
		{name: "with a quote at one end", token: genuine + `"`, want: "401: there are quotes around it"},
		{name: "in quotes that are escaped", token: `\"` + genuine + `\"`, want: "401: there are quotes around it"},
		{name: "a secret in quotes", token: `"` + string(r.Secrets["reader"]) + `"`, want: "401: this looks like a client secret"},
		{name: "Bearer twice", token: "Bearer Bearer " + genuine, want: "401: the word Bearer is there twice. Send it once"},
		{name: "Bearer in quotes", token: `"Bearer ` + genuine + `"`, want: "401: there are quotes around it"},
		{name: "Bearer with %20", token: "Bearer%20" + genuine, want: "401: there is something other than one space between Bearer and the token"},
		{name: "Bearer with a colon", token: "Bearer: " + genuine, want: "401: there is something other than one space between Bearer and the token"},
		{name: "another scheme", token: "JWT " + genuine, want: "401: the word before the token is not Bearer"},
		{name: "a client's credentials", token: "Basic cmVhZGVyOnNlY3JldA==", want: "401: these are a client's credentials"},
		{name: "a line of the answer", token: `"access_token": "` + genuine + `",`, want: "401: this is the whole answer of the token endpoint"},
		{name: "an answer as a form", token: "access_token=" + genuine + "&token_type=Bearer", want: "401: this is more than the token"},
		{name: "a refusal", token: `{"error":"invalid_client"}`, want: "401: this is an error response"},
		{name: "a variable", token: "$TOKEN_READER", want: "401: this is a placeholder that was not filled in"},
		{name: "a variable of Postman", token: "{{token}}", want: "401: this is a placeholder that was not filled in"},
		{name: "a blank of a page", token: "<access token>", want: "401: this is a placeholder that was not filled in"},
		{name: "what JavaScript has for nothing", token: "undefined", want: "401: the word undefined is in place of the token"},
		{name: "two", token: genuine + " " + genuine, want: "401: these are two tokens. Send one"},
		{name: "two without a gap", token: genuine + genuine, want: "401: these are two tokens, one right after the other"},
		{name: "with a comma", token: genuine + ",", want: "401: there is a comma after it"},
		{name: "with an invisible character", token: genuine + "\u200b", want: "401: it has an invisible character (U+200B)"},
		{name: "with another dash", token: "eyJ\u2013" + genuine, want: "401: it has a character that a token can't have (U+2013)"},
		{name: "shortened", token: genuine[:40] + "..." + genuine[90:], want: "401: it was shortened when it was copied"},
		{name: "URL-encoded", token: strings.ReplaceAll(genuine, ".", "%2E"), want: "401: it is URL-encoded"},
		{name: "padded", token: genuine + "==", want: "401: there is padding (=) at its end"},
		{name: "in base64", token: strings.NewReplacer("-", "+", "_", "/").Replace(genuine[:len(genuine)-1] + "_"), want: "401: it is base64, not base64url"},
		{name: "without its end", token: parts[0] + "." + parts[1], want: "401: the token was cut off: it has 2 of its three parts"},
	}
}
