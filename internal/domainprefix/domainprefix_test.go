package domainprefix_test

import (
	"regexp"
	"strings"
	"testing"

	"cognito-m2m/internal/domainprefix"
)

func TestReservedWord(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"aws": "aws", "my-aws-app": "aws", "amazon-cognito": "amazon", "orders-cognito": "cognito",
		"paws": "", "my-awsome-app": "", "laws-and-orders": "", "": "",
	} {
		if got := domainprefix.ReservedWord(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestPattern(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile("^" + domainprefix.Pattern + "$")
	for prefix, fits := range map[string]bool{
		"a": true, "4": true, "acme-orders": true, strings.Repeat("a", 63): true,
		"": false, "-a": false, "a-": false, "Acme": false, "a.b": false, strings.Repeat("a", 64): false,
	} {
		if form.MatchString(prefix) != fits {
			t.Errorf("%q: fits is %t, want %t", prefix, !fits, fits)
		}
	}
}
