package secretsmanager_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/secretsmanager"
)

func TestANextStartKeepsEverything(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.put(t, plainName, "second")
	before := w.describe(t, readerName)
	again := w.restarted(t)
	again.settle(t)
	after := again.describe(t, readerName)
	if diff := cmp.Diff(before.VersionIdsToStages, after.VersionIdsToStages); diff != "" || !before.LastChangedDate.Equal(*after.LastChangedDate) || !before.LastRotatedDate.Equal(*after.LastRotatedDate) {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := again.value(t, plainName, "AWSCURRENT"); got != "second" {
		t.Errorf("value: got %q, want the one that was put", got)
	}
	if events := again.rotator.seen(); len(events) != 0 {
		t.Errorf("rotated again: %+v", events)
	}
}

func TestAChangedTemplate(t *testing.T) {
	t.Parallel()
	const otherARN = "arn:aws:lambda:us-east-1:123456789012:function:other"
	reader := func(change func(*secretsmanager.Secret)) func(*world) {
		return func(w *world) { change(&w.config.Secrets[0]) }
	}
	for name, test := range map[string]struct {
		change  func(*world)
		rotates bool
	}{
		"nothing":           {func(*world) {}, false},
		"description, tags": {reader(func(s *secretsmanager.Secret) { s.Description, s.Tags = "new", nil }), false},
		"days":              {reader(func(s *secretsmanager.Secret) { s.Rotation.AutomaticallyAfterDays = 7 }), true},
		"function":          {reader(func(s *secretsmanager.Secret) { s.Rotation.FunctionARN = otherARN }), true},
		"no rotation":       {reader(func(s *secretsmanager.Secret) { s.Rotation = nil }), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := settled(t)
			token := w.holder(t, readerName, "AWSCURRENT")
			again := w.restarted(t, test.change)
			again.settle(t)
			if got := again.holder(t, readerName, "AWSCURRENT") != token; got != test.rotates {
				t.Errorf("rotated: got %v, want %v", got, test.rotates)
			}
			third := again.restarted(t, test.change)
			third.settle(t)
			if len(third.rotator.seen()) != 0 {
				t.Error("the start after that rotates once more")
			}
		})
	}
}

func TestRotationTakenOutOfTheTemplate(t *testing.T) {
	t.Parallel()
	w := settled(t)
	again := w.restarted(t, func(next *world) { next.config.Secrets[0].Rotation = nil })
	got := again.describe(t, readerName)
	if got.RotationEnabled == nil || *got.RotationEnabled || got.RotationRules == nil || got.LastRotatedDate != nil || got.NextRotationDate != nil {
		t.Errorf("got enabled %v, rules %v, last %v, next %v; want false, the rules, and no dates", got.RotationEnabled, got.RotationRules, got.LastRotatedDate, got.NextRotationDate)
	}
}

func TestAScheduleSetByRotateSecretOutlivesARestart(t *testing.T) {
	t.Parallel()
	w := settled(t)
	_, err := w.secrets.RotateSecret(t.Context(), &awssecretsmanager.RotateSecretInput{
		SecretId: aws.String(readerName), RotationRules: &types.RotationRulesType{AutomaticallyAfterDays: aws.Int64(7)},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.settle(t)
	again := w.restarted(t)
	if got := aws.ToInt64(again.describe(t, readerName).RotationRules.AutomaticallyAfterDays); got != 7 {
		t.Errorf("AutomaticallyAfterDays: got %d, want the 7 that RotateSecret set", got)
	}
}

func TestAChangedSecretStringIsANewVersion(t *testing.T) {
	t.Parallel()
	w := settled(t)
	rotated := w.holder(t, readerName, "AWSCURRENT")
	change := func(next *world) { next.config.Secrets[0].Initial = `{"new":true}` }
	again := w.restarted(t, change)
	if got := again.value(t, readerName, "AWSCURRENT"); got != `{"new":true}` {
		t.Errorf("value: got %q, want the template's new one", got)
	}
	if got := again.holder(t, readerName, "AWSPREVIOUS"); got != rotated {
		t.Errorf("AWSPREVIOUS: got %s, want the version before", got)
	}
	again.put(t, readerName, "put")
	if got := again.restarted(t, change).value(t, readerName, "AWSCURRENT"); got != "put" {
		t.Errorf("value: got %q, want the one that was put", got)
	}
}

func TestASecretTakenOutOfTheTemplateIsForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(t, plainName, "second")
	without := w.restarted(t, func(next *world) { next.config.Secrets = next.config.Secrets[:2] })
	_, err := without.secrets.DescribeSecret(t.Context(), &awssecretsmanager.DescribeSecretInput{SecretId: aws.String(plainName)})
	is[*types.ResourceNotFoundException](t, err)
	if got := without.restarted(t).value(t, plainName, "AWSCURRENT"); got != "first" {
		t.Errorf("value: got %q, want a new secret's", got)
	}
}

func TestASecretWithoutAValue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.config.Secrets[2].Initial = "" })
	_, err := w.secrets.GetSecretValue(t.Context(), &awssecretsmanager.GetSecretValueInput{SecretId: aws.String(plainName)})
	is[*types.ResourceNotFoundException](t, err)
	id := w.put(t, plainName, "one", "mine")
	if w.holder(t, plainName, "AWSCURRENT") != id {
		t.Error("the first version is not AWSCURRENT")
	}
}

func TestAScheduleThatDoesNotRotateImmediately(t *testing.T) {
	t.Parallel()
	later := func(w *world) { w.config.Secrets[0].Rotation.RotateImmediately = false }
	w := newWorld(t, later)
	initial := w.holder(t, readerName, "AWSCURRENT")
	w.rotator.setFail(map[string]error{"testSecret": errStep})
	if err := w.store.Settle(t.Context()); err == nil {
		t.Error("a failing test: got no error")
	}
	if w.holder(t, readerName, "AWSPENDING") != "" {
		t.Error("a failing test has left AWSPENDING")
	}
	again := newWorld(t, later)
	again.settle(t)
	if countSteps(again, "testSecret", readerARN) != 1 || countSteps(again, "createSecret", readerARN) != 0 {
		t.Errorf("got %+v, want testSecret alone", again.rotator.seen())
	}
	if got := again.value(t, readerName, "AWSCURRENT"); got != "{}" || w.holder(t, readerName, "AWSCURRENT") != initial {
		t.Errorf("value: got %q", got)
	}
}
