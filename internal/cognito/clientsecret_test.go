package cognito_test

import (
	"fmt"
	"strings"
	"testing"

	"cognito-m2m/internal/cognito"
)

func TestClientPrintedShowsNoSecret(t *testing.T) {
	t.Parallel()
	client := cognito.Client{ID: readerID, Secrets: []cognito.ClientSecret{{ID: "a", Value: readerSecret}}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		got := fmt.Sprintf(verb, client)
		if strings.Contains(got, readerSecret) || strings.Contains(got, fmt.Sprintf("%x", readerSecret)) {
			t.Errorf("%s of %T shows the secret", verb, client)
		}
	}
}
