package cognito_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"cognito-m2m/internal/cognito"
)

func TestSecretIsRedactedWhenPrintedOrLogged(t *testing.T) {
	t.Parallel()
	secret := cognito.Secret(readerSecret)
	client := cognito.Client{ID: readerID, Secrets: []cognito.ClientSecret{{ID: "a", Value: secret}}}
	hexadecimal := fmt.Sprintf("%x", readerSecret)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{secret, &secret, client} {
			got := fmt.Sprintf(verb, value)
			if strings.Contains(got, readerSecret) || strings.Contains(got, hexadecimal) {
				t.Errorf("%s of %T shows the secret", verb, value)
			}
		}
	}
	if got := secret.String() + secret.GoString(); got != "[redacted][redacted]" {
		t.Errorf("String and GoString: got %s", got)
	}
	for _, handler := range []func(*bytes.Buffer) slog.Handler{
		func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var log bytes.Buffer
		slog.New(handler(&log)).Info("secret", "value", secret)
		if !strings.Contains(log.String(), "[redacted]") || strings.Contains(log.String(), readerSecret) {
			t.Errorf("log: got %s, want [redacted]", log.String())
		}
	}
}

func TestSecretKeepsItsValueInJSON(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(cognito.Secret(readerSecret))
	if err != nil {
		t.Fatal(err)
	}
	var got cognito.Secret
	if err := json.Unmarshal(text, &got); err != nil || string(got) != readerSecret {
		t.Errorf("after JSON: got another value, error %v", err)
	}
}
