package secretsmanager_test

import (
	"fmt"
	"strings"
	"testing"

	"cognito-m2m/internal/secretsmanager"
)

const text = "correct-horse"

func TestStatePrintedShowsNoValue(t *testing.T) {
	t.Parallel()
	value := secretsmanager.Value(text)
	state := secretsmanager.State{Secrets: map[string]secretsmanager.SecretState{"arn": {Versions: []secretsmanager.Version{{Value: value}}}}}
	hexadecimal := fmt.Sprintf("%x", text)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, shown := range []any{state, secretsmanager.Secret{Initial: value}} {
			if got := fmt.Sprintf(verb, shown); strings.Contains(got, text) || strings.Contains(got, hexadecimal) {
				t.Errorf("%s of %T shows the value", verb, shown)
			}
		}
	}
}
