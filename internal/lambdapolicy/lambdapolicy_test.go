package lambdapolicy_test

import (
	"testing"

	"cognito-m2m/internal/lambdapolicy"
)

func TestAllows(t *testing.T) {
	t.Parallel()
	const service, account = "secretsmanager.amazonaws.com", "123456789012"
	source := lambdapolicy.Source{
		Principal: service, ARN: "arn:aws:secretsmanager:eu-west-1:" + account + ":secret:m2m/dev/reader-AbCdEf", Account: account,
	}
	for name, c := range map[string]struct {
		change func(*lambdapolicy.Statement)
		want   bool
	}{
		"every source":       {func(*lambdapolicy.Statement) {}, true},
		"every action":       {func(s *lambdapolicy.Statement) { s.Action = "lambda:*" }, true},
		"another action":     {func(s *lambdapolicy.Statement) { s.Action = "lambda:GetFunction" }, false},
		"another service":    {func(s *lambdapolicy.Statement) { s.Principal = "events.amazonaws.com" }, false},
		"the account":        {func(s *lambdapolicy.Statement) { s.SourceAccount = account }, true},
		"another account":    {func(s *lambdapolicy.Statement) { s.SourceAccount = "210987654321" }, false},
		"the source":         {func(s *lambdapolicy.Statement) { s.SourceARN = source.ARN }, true},
		"a longer source":    {func(s *lambdapolicy.Statement) { s.SourceARN = source.ARN + "x" }, false},
		"a shorter source":   {func(s *lambdapolicy.Statement) { s.SourceARN = source.ARN[:len(source.ARN)-1] }, false},
		"text and wildcards": {func(s *lambdapolicy.Statement) { s.SourceARN = "arn:aws:*:eu-west-?:*:secret:m2m/*/reader-??????" }, true},
		"wildcards that back up": {func(s *lambdapolicy.Statement) {
			s.SourceARN = "arn:aws:secretsmanager:*:*:*m2m*m2m*"
		}, false},
		"no text after a wildcard": {func(s *lambdapolicy.Statement) { s.SourceARN = "arn:aws:secretsmanager:*:*:*f**" }, true},
		"a dot is a dot":           {func(s *lambdapolicy.Statement) { s.SourceARN = "arn.aws:*:*:*:*" }, false},
		"a wildcard over colons":   {func(s *lambdapolicy.Statement) { s.SourceARN = "arn:aws:secretsmanager:*" }, false},
		"a wildcard over two":      {func(s *lambdapolicy.Statement) { s.SourceARN = "arn:aws:secretsmanager:*:*" }, false},
		"a wildcard alone":         {func(s *lambdapolicy.Statement) { s.SourceARN = "*" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := lambdapolicy.Statement{Principal: service, Action: "lambda:InvokeFunction"}
			c.change(&s)
			if got := s.Allows(source); got != c.want {
				t.Errorf("%+v: got %t", s, got)
			}
		})
	}
}
