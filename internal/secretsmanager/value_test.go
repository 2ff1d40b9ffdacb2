package secretsmanager_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"cognito-m2m/internal/secretsmanager"
)

const text = "correct-horse"

func TestValueIsRedactedWhenPrintedOrLogged(t *testing.T) {
	t.Parallel()
	value := secretsmanager.Value(text)
	state := secretsmanager.State{Secrets: map[string]secretsmanager.SecretState{"arn": {Versions: []secretsmanager.Version{{Value: value}}}}}
	hexadecimal := fmt.Sprintf("%x", text)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, shown := range []any{value, &value, state, secretsmanager.Secret{Initial: value}} {
			if got := fmt.Sprintf(verb, shown); strings.Contains(got, text) || strings.Contains(got, hexadecimal) {
				t.Errorf("%s of %T shows the value", verb, shown)
			}
		}
	}
	if got := value.String() + value.GoString(); got != "[redacted][redacted]" {
		t.Errorf("String and GoString: got %s", got)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("value", "value", value)
	if strings.Contains(log.String(), text) || !strings.Contains(log.String(), "[redacted]") {
		t.Errorf("log: %s", log.String())
	}
}

func TestValueKeepsItsTextInJSON(t *testing.T) {
	t.Parallel()
	encoded, err := json.Marshal(secretsmanager.Value(text))
	if err != nil {
		t.Fatal(err)
	}
	var got secretsmanager.Value
	if err := json.Unmarshal(encoded, &got); err != nil || string(got) != text {
		t.Errorf("after JSON: got another value, error %v", err)
	}
}
