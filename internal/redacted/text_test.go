package redacted_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"cognito-m2m/internal/redacted"
)

const text = "correct-horse"

// shows says whether a text has the secret in any form that a verb gives it.
func shows(printed string) bool {
	for _, form := range []string{text, fmt.Sprintf("%x", text), fmt.Sprintf("%X", text), fmt.Sprintf("% x", text), fmt.Sprintf("%d", []byte(text))} {
		if strings.Contains(printed, form) {
			return true
		}
	}
	return false
}

func TestNoVerbShowsTheValue(t *testing.T) {
	t.Parallel()
	value := redacted.Text(text)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%t", "%20.3s"} {
		for _, printed := range []any{
			value, &value,
			[]redacted.Text{value},
			map[string]redacted.Text{"a": value},
			struct{ Secret redacted.Text }{value},
			fmt.Errorf("refused: "+verb, value),
		} {
			if got := fmt.Sprintf(verb, printed); shows(got) {
				t.Errorf("%s of %T shows the secret: %s", verb, printed, got)
			}
		}
		if got := fmt.Sprintf(verb, value); got != redacted.Mark {
			t.Errorf("%s: got %s, want [redacted]", verb, got)
		}
	}
	if got := value.String() + value.GoString(); got != "[redacted][redacted]" {
		t.Errorf("String and GoString: got %s", got)
	}
}

func TestNoLogShowsTheValue(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"JSON": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var log bytes.Buffer
		slog.New(handler(&log)).Info("secret", "value", redacted.Text(text), slog.Group("client", "secret", redacted.Text(text)))
		if strings.Count(log.String(), redacted.Mark) != 2 || shows(log.String()) {
			t.Errorf("%s: got %s, want [redacted] twice", name, log.String())
		}
	}
}

func TestJSONKeepsTheValue(t *testing.T) {
	t.Parallel()
	encoded, err := json.Marshal(redacted.Text(text))
	if err != nil {
		t.Fatal(err)
	}
	if string(encoded) != `"`+text+`"` {
		t.Errorf("got %s, want the text itself", encoded)
	}
	var got redacted.Text
	if err := json.Unmarshal(encoded, &got); err != nil || string(got) != text {
		t.Errorf("after JSON: got another value, error %v", err)
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		other redacted.Text
		want  bool
	}{{text, true}, {text + "s", false}, {"Correct-horse", false}, {"", false}} {
		if got := redacted.Text(text).Equal(c.other); got != c.want {
			t.Errorf("compared with %q: got %t", string(c.other), got)
		}
	}
}
