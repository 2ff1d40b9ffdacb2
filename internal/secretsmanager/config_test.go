package secretsmanager_test

import (
	"strings"
	"testing"

	"cognito-m2m/internal/secretsmanager"
)

func TestNewNamesEveryProblem(t *testing.T) {
	t.Parallel()
	good := secretsmanager.Secret{ARN: secretARN, Name: "plain", Initial: "first"}
	with := func(name string, change func(*secretsmanager.Secret)) secretsmanager.Secret {
		secret := good
		secret.Name = name
		secret.ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:" + name + "-Ab1Cd2"
		change(&secret)
		return secret
	}
	rotation := func(arn string, function secretsmanager.Invoker) func(*secretsmanager.Secret) {
		return func(s *secretsmanager.Secret) {
			s.Rotation = &secretsmanager.Rotation{FunctionARN: arn, Function: function}
		}
	}
	refused := map[string]secretsmanager.Secret{
		"bare-arn":    with("bare-arn", func(s *secretsmanager.Secret) { s.ARN = "arn:of:something" }),
		"no-arn":      with("no-arn", rotation("", idle{})),
		"no-function": with("no-function", rotation("f", nil)),
	}
	config := secretsmanager.Config{Secrets: []secretsmanager.Secret{good, good}, Save: new(disk).save}
	for _, secret := range refused {
		config.Secrets = append(config.Secrets, secret)
	}
	_, err := secretsmanager.New(config)
	if err == nil {
		t.Fatal("got no error")
	}
	for name := range refused {
		if !strings.Contains(err.Error(), `"`+name+`"`) {
			t.Errorf("%s is not named in: %v", name, err)
		}
	}
	if !strings.Contains(err.Error(), `"plain": its name or ARN is given twice`) {
		t.Errorf("the double name is not told in: %v", err)
	}
	if !strings.Contains(err.Error(), "of Save and SaveChanged there is one") {
		t.Errorf("the missing SaveChanged is not told in: %v", err)
	}
}
