package client

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/clock"
)

const fuzzMark = "hunter2hunter2"

func FuzzParseCredentials(f *testing.F) {
	for _, seed := range []string{
		`{}`, ` {} `, `{`, `null`, `[]`, `"hunter2hunter2"`,
		`{"client_id":"a","client_secret":"hunter2hunter2","token_endpoint":"https://example.com/oauth2/token"}`,
		`{"client_id":"a","client_secret":"b","token_endpoint":"https://u:hunter2hunter2@example.com/"}`,
		`{"client_id":"a","client_secret":"b","token_endpoint":"%zzhunter2hunter2"}`,
		`{"rotated_at":"hunter2hunter2"}`, `{"client_id":{"hunter2hunter2":1}}`, `{"scopes":"hunter2hunter2"}`, `{"issuer":1e999}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		got, err := ParseCredentials(value)
		if err != nil {
			if strings.Contains(err.Error(), fuzzMark) {
				t.Fatalf("the error quotes the value: %v", err)
			}
			return
		}
		if err := got.Validate(); err != nil {
			t.Fatalf("parsed credentials are not valid: %v", err)
		}
		text, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseCredentials(text)
		if err != nil || !again.grantsAs(got) || !again.RotatedAt.Equal(got.RotatedAt) {
			t.Fatalf("after JSON: got other credentials, error %v", err)
		}
	})
}

func FuzzParseCachedToken(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `null`, `{"access_token":"a.b-c_d","issued_at":"2031-01-01T00:00:00Z","expires_at":"2031-01-01T01:00:00Z"}`,
		`{"access_token":"a\r\nb","issued_at":"2031-01-01T00:00:00Z","expires_at":"2031-01-01T01:00:00Z"}`,
		`{"access_token":"a","issued_at":"2031-01-01T00:00:00Z","expires_at":"9999-01-01T01:00:00Z"}`,
		`{"access_token":"hunter2hunter2 ","replacement":true}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		cached, err := parseCachedToken(content)
		if err != nil {
			if strings.Contains(err.Error(), fuzzMark) {
				t.Fatalf("the error quotes the file: %v", err)
			}
			return
		}
		if !bearerSyntax.MatchString(cached.AccessToken) {
			t.Fatalf("accepted %q as a token", cached.AccessToken)
		}
		begin := clock.Clock{Wall: func() time.Time { return cached.IssuedAt }}.Now()
		end := begin.At(cached.IssuedAt.Add(24 * time.Hour))
		if got := cached.token(begin); got.fresh.Over(begin) || !got.servesAt(begin) || !got.fresh.Over(end) || got.servesAt(end) {
			t.Fatalf("issued %s, expires %s: not fresh when issued, or used for more than a day", cached.IssuedAt, cached.ExpiresAt)
		}
	})
}
