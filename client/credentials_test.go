package client_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/client"
)

const rotatedValue = `{
  "client_id": "1readerid0000000000000000a",
  "client_secret": "1oldsecret000000000000000000000000000000000000000a",
  "client_secret_id": "1readerid0000000000000000a--1924000000000",
  "token_endpoint": "https://m2m-test.auth.eu-central-1.amazoncognito.com/oauth2/token",
  "scopes": ["orders/read"],
  "issuer": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab1Cd2Ef3",
  "rotated_at": "2031-02-03T05:05:06+01:00",
  "from_the_future": {"is": "ignored"}
}`

func rotated() client.Credentials {
	return client.Credentials{
		ClientID:       clientID,
		ClientSecret:   oldSecret,
		ClientSecretID: clientID + "--1924000000000",
		TokenEndpoint:  "https://m2m-test.auth.eu-central-1.amazoncognito.com/oauth2/token",
		Scopes:         []string{"orders/read"},
		Issuer:         "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab1Cd2Ef3",
		RotatedAt:      time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC),
	}
}

func TestParseCredentials(t *testing.T) {
	t.Parallel()
	got, err := client.ParseCredentials([]byte(rotatedValue))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rotated(), got); diff != "" {
		t.Errorf("credentials (-want +got):\n%s", diff)
	}
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	again, err := client.ParseCredentials(text)
	if diff := cmp.Diff(got, again); diff != "" || err != nil {
		t.Errorf("after JSON: error %v (-want +got):\n%s", err, diff)
	}
	if !strings.Contains(string(text), `"rotated_at":"2031-02-03T04:05:06Z"`) {
		t.Error("rotated_at is not marshaled as RFC 3339 UTC")
	}
}

func TestPlaceholder(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"{}": true, "{}\n": true,
		"": false, "null": false, "[]": false, `{"client_id":""}`: false, "{ }": false,
	} {
		_, err := client.ParseCredentials([]byte(value))
		if err == nil || errors.Is(err, client.ErrNotRotated) != want {
			t.Errorf("%q: got %v, want ErrNotRotated %t", value, err, want)
		}
	}
}

func TestCredentialsThatAreRefused(t *testing.T) {
	t.Parallel()
	with := func(member string) string { return strings.Replace(rotatedValue, "{", "{"+member+",", 1) }
	without := func(names ...string) string {
		value := rotatedValue
		for _, name := range names {
			value = strings.Replace(value, `"`+name+`"`, `"no_`+name+`"`, 1)
		}
		return value
	}
	endpoint := func(url string) string {
		return strings.Replace(rotatedValue, "https://m2m-test.auth.eu-central-1.amazoncognito.com/oauth2/token", url, 1)
	}
	cases := []struct{ name, value, want string }{
		{"one field missing", without("client_secret"), "credentials lack client_secret"},
		{"all fields missing", without("client_id", "client_secret", "token_endpoint"), "credentials lack client_id, client_secret, token_endpoint"},
		{"wrong type", with(`"client_id": 5`), "parsing credentials: client_id has the wrong JSON type"},
		{"array", `[1]`, "parsing credentials: not a JSON object"},
		{"cut off", rotatedValue[:100], "parsing credentials: not valid JSON at byte 100"},
		{"time", with(`"rotated_at": "yesterday"`), "parsing credentials: rotated_at is not an RFC 3339 time"},
		{"endpoint without scheme", endpoint("example.com"), "token_endpoint of the credentials: not an http or https URL"},
		{"endpoint with password", endpoint("https://a:hunter2@example.com"), "token_endpoint of the credentials: remove the user and password from the URL"},
		{"endpoint with query", endpoint("https://example.com/?a=hunter2"), "token_endpoint of the credentials: remove the query and the fragment"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := client.ParseCredentials([]byte(c.value))
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestCredentialsAreRedactedWhenPrintedOrLogged(t *testing.T) {
	t.Parallel()
	credentials := rotated()
	hexadecimal := fmt.Sprintf("%x", oldSecret)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{credentials, &credentials, credentials.ClientSecret, &credentials.ClientSecret} {
			if got := fmt.Sprintf(verb, value); strings.Contains(got, oldSecret) || strings.Contains(got, hexadecimal) {
				t.Errorf("%s of %T shows the secret", verb, value)
			}
		}
	}
	if got := credentials.ClientSecret.String() + credentials.ClientSecret.GoString(); got != "[redacted][redacted]" {
		t.Errorf("String and GoString: got %s", got)
	}
	for _, handler := range []func(*bytes.Buffer) slog.Handler{
		func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var log bytes.Buffer
		slog.New(handler(&log)).Info("credentials", "all", credentials, "secret", credentials.ClientSecret)
		if strings.Contains(log.String(), oldSecret) || !strings.Contains(log.String(), "[redacted]") || !strings.Contains(log.String(), clientID) {
			t.Errorf("log: got %s, want the client id and [redacted]", log.String())
		}
	}
}
