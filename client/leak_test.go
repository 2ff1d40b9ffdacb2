package client_test

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"cognito-m2m/client"
)

// leaked says what of the client's secret, in any form that goes over the wire, or of a token is in
// a text.
func leaked(text string) string {
	for name, secret := range map[string]string{
		"the secret":             oldSecret,
		"the credentials header": base64.StdEncoding.EncodeToString([]byte(clientID + ":" + oldSecret)),
		"a token":                stolenToken,
	} {
		if strings.Contains(text, secret) {
			return name
		}
	}
	return ""
}

const stolenToken = "eyJhbGciOiJSUzI1NiJ9.e30.c3RvbGVu"

// An endpoint that echoes what it was sent must not bring it into an error or a log.
func TestHostileAnswersAreNotQuoted(t *testing.T) {
	t.Parallel()
	body := func(status int, contentType, format string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_, secret, _ := r.BasicAuth()
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			fmt.Fprint(w, strings.NewReplacer("SECRET", secret, "BASIC", strings.TrimPrefix(r.Header.Get("Authorization"), "Basic "), "TOKEN", stolenToken).Replace(format))
		}
	}
	raw := func(answer string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			connection, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			defer connection.Close()
			fmt.Fprint(connection, strings.ReplaceAll(answer, "BASIC", strings.TrimPrefix(r.Header.Get("Authorization"), "Basic ")))
		}
	}
	const anyJSON, form = "application/json", "application/x-www-form-urlencoded"
	cases := map[string]http.HandlerFunc{
		"error code":        body(400, anyJSON, `{"error":"SECRET"}`),
		"error description": body(400, anyJSON, `{"error":"invalid_client","error_description":"SECRET BASIC TOKEN","error_uri":"SECRET"}`),
		"plain body":        body(500, "text/html", `<b>SECRET BASIC TOKEN</b>`),
		"form":              body(403, form, `error=SECRET&error_description=BASIC`),
		"form escapes":      body(200, form, `access_token=%zzSECRET`),
		"not JSON":          body(200, anyJSON, `SECRET`),
		"wrong types":       body(200, anyJSON, `{"access_token":"TOKEN","expires_in":"SECRET"}`),
		"number":            body(200, anyJSON, `{"access_token":"TOKEN","expires_in":"TOKEN"}`),
		"no lifetime":       body(200, anyJSON, `{"access_token":"TOKEN"}`),
		"past lifetime":     body(200, anyJSON, `{"access_token":"TOKEN","expires_in":-1}`),
		"token type":        body(200, anyJSON, `{"access_token":"TOKEN","token_type":"SECRET","expires_in":3600}`),
		"line break":        body(200, anyJSON, `{"access_token":"TOKEN\r\nX-SECRET: 1","expires_in":3600}`),
		"error in success":  body(200, anyJSON, `{"access_token":"TOKEN","error":"SECRET"}`),
		"status line":       raw("HTTP/1.1 BASIC\r\n\r\n"),
		"not HTTP":          raw("BASIC\r\n\r\n"),
		"header":            raw("HTTP/1.1 200 OK\r\nBASIC\r\n\r\n"),
		"length":            raw("HTTP/1.1 200 OK\r\nContent-Length: BASIC\r\n\r\n"),
		"reason":            raw("HTTP/1.1 418 BASIC\r\nContent-Length: 0\r\n\r\n"),
		"cut off":           raw("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nBASIC"),
		"location":          raw("HTTP/1.1 302 Found\r\nLocation: http://BASIC@%zz/\r\nContent-Length: 0\r\n\r\n"),
	}
	for name, answer := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startPool(t, oldSecret)
			p.answer(answer)
			var log strings.Builder
			tokens := newTokens(t, func(c *client.Config) {
				c.Credentials = newVault(p.credentials(oldSecret))
				c.Log = slog.New(slog.NewTextHandler(&log, nil))
			})
			_, err := tokens.Token()
			if err == nil {
				t.Fatal("got no error")
			}
			for _, verb := range []string{"%v", "%+v", "%#v"} {
				if what := leaked(fmt.Sprintf(verb, err)); what != "" {
					t.Errorf("%s of the error shows %s", verb, what)
				}
			}
			if what := leaked(log.String()); what != "" {
				t.Errorf("the log shows %s", what)
			}
		})
	}
}

func TestFailedRenewalIsLoggedWithoutSecrets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		var log strings.Builder
		tokens := p.tokens(t, func(c *client.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
		first := token(t, tokens)
		p.answer(refuse(http.StatusBadRequest, oldSecret))
		time.Sleep(lifetime * 8 / 10)
		token(t, tokens)
		synctest.Wait()
		if !strings.Contains(log.String(), "token not renewed") || leaked(log.String()) != "" || strings.Contains(log.String(), first) {
			t.Errorf("log: got %s, want the failure without a secret", log.String())
		}
	})
}

func TestTokenSourceAndClientPrintedShowNoSecret(t *testing.T) {
	t.Parallel()
	p := newPool(t, oldSecret)
	_, tokens, caller := callAPI(t, p, newVault(p.credentials(oldSecret)))
	value := token(t, tokens)
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		for _, printed := range []any{tokens, *caller, caller.Transport} {
			text := fmt.Sprintf(verb, printed)
			if leaked(text) != "" || strings.Contains(text, value) {
				t.Errorf("%s of %T shows a secret", verb, printed)
			}
		}
	}
}

func TestNetworkErrorsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(nil)
	gone.Close()
	address := gone.Listener.Addr().String()
	_, err := newTokens(t, func(c *client.Config) {
		c.Credentials = newVault(client.Credentials{ClientID: clientID, ClientSecret: oldSecret, TokenEndpoint: "http://" + address})
	}).Token()
	if err == nil || !strings.Contains(err.Error(), address) || !strings.Contains(err.Error(), clientID) {
		t.Errorf("got %v, want the address and the client id in it", err)
	}
}
