package jwtauth_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/jwtauth"
)

func b64(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// claimsOf decodes claims as those of a token are.
func claimsOf(t *testing.T, claims string) (jwtauth.Claims, error) {
	t.Helper()
	token, err := jwtauth.Parse(b64(`{}`) + "." + b64(claims) + "." + b64("x"))
	if err != nil {
		t.Fatal(err)
	}
	return token.Claims()
}

// valuesOf are all of a token's claims.
func valuesOf(claims jwtauth.Claims) map[string]any {
	values := map[string]any{}
	for _, name := range claims.Names() {
		values[name], _ = claims.Value(name)
	}
	return values
}

// FuzzClaims holds what are claims against encoding/json, which is looser by two members of one
// name and by bytes that are not UTF-8, and reads the same values.
func FuzzClaims(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, `[]`, `"a"`, "\xff", "{\"a\":\"\xff\"}", "\xef\xbb\xbf{}", `{"exp":1e308}`, `{"exp":1E+1,"a":-0}`, `{"a":12345678901234567890.10}`,
		` {"a" : [1, -0.5e+3 ,true,{}, [] ] , "b\u00e9\ud800":"\"\\" }` + "\n\t", `{"a":01}`, `{"a":.5}`, `{"a":1,}`, `{"a":[1,]}`, `{"a" 1}`, `{,}`,
		`{"a":nul}`, `{"a":"\x"}`, "{\"a\":\"\x01\"}", "{\"a\":\"\x7f\"}", `{"a":"`, `{"a":"\`, `{"a":1"b":2}`, `{"a":{"b":1,"b":1}}`, `{"a":-}`, `{a:1}`,
		`{"a":1,"\u0061":1}`, `{"a":1,"A":2}`, `{}{}`, `{}}`, `{}]`, `{},`, `{}x`, `{"a":[{"b":1,"b":2}]}`, `{"":{"":null}}`, "{\"a\":\"\u2028\"}",
		many(40) + "}", many(40) + `,"7":0}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := claimsOf(t, text)
		if want := isStrictObject(text); (err == nil) != want {
			t.Fatalf("%q: got error %v, and it is one strict object: %t", text, err, want)
		}
		if err != nil {
			return
		}
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var want map[string]any
		if err := decoder.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, valuesOf(got)); diff != "" {
			t.Errorf("%q (-encoding/json +claims):\n%s", text, diff)
		}
	})
}

// many begins an object with so many members.
func many(members int) string {
	var text strings.Builder
	for i := range members {
		fmt.Fprintf(&text, `,"%d":%d`, i, i)
	}
	return "{" + text.String()[1:]
}

func isStrictObject(text string) bool {
	if !utf8.ValidString(text) || !json.Valid([]byte(text)) || !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") {
		return false
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	return namesAreUnique(decoder)
}

// namesAreUnique reads one value.
func namesAreUnique(decoder *json.Decoder) bool {
	unique := true
	first, _ := decoder.Token()
	switch first {
	case json.Delim('{'):
		seen := map[any]bool{}
		for decoder.More() {
			name, _ := decoder.Token()
			unique = !seen[name] && unique
			seen[name] = true
			unique = namesAreUnique(decoder) && unique
		}
		_, _ = decoder.Token()
	case json.Delim('['):
		for decoder.More() {
			unique = namesAreUnique(decoder) && unique
		}
		_, _ = decoder.Token()
	}
	return unique
}
