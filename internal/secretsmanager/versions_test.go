package secretsmanager_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

func TestDescribeSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.describe(t, readerARN)
	var tags []string
	for _, tag := range got.Tags {
		tags = append(tags, aws.ToString(tag.Key)+"="+aws.ToString(tag.Value))
	}
	if diff := cmp.Diff([]string{"a=b", "m2m:client-id=reader-id"}, tags); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	texts := []string{aws.ToString(got.ARN), aws.ToString(got.Name), aws.ToString(got.Description), aws.ToString(got.KmsKeyId), aws.ToString(got.RotationLambdaARN)}
	if diff := cmp.Diff([]string{readerARN, readerName, "Credentials of reader", "alias/m2m", functionARN}, texts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !got.CreatedDate.Equal(start) || !got.LastChangedDate.Equal(start) || aws.ToInt64(got.RotationRules.AutomaticallyAfterDays) != 30 {
		t.Errorf("created %v, changed %v, rules %+v", got.CreatedDate, got.LastChangedDate, got.RotationRules)
	}
	plain := w.describe(t, plainName)
	if plain.RotationEnabled != nil || plain.RotationLambdaARN != nil || plain.RotationRules != nil || plain.KmsKeyId != nil {
		t.Errorf("a secret without rotation shows one: %+v", plain)
	}
}

func TestSecretIDs(t *testing.T) {
	t.Parallel()
	const lookalike = "arn:aws:secretsmanager:us-east-1:123456789012:secret:ends-like-suffix-Mn7Op8"
	w := newWorld(t, func(w *world) {
		lookalikeSecret := w.config.Secrets[2]
		lookalikeSecret.ARN, lookalikeSecret.Name = lookalike, "ends-like-suffix"
		w.config.Secrets = append(w.config.Secrets, lookalikeSecret)
	})
	for name, test := range map[string]struct {
		id    string
		found bool
	}{
		"name":                              {readerName, true},
		"ARN":                               {readerARN, true},
		"partial ARN":                       {strings.TrimSuffix(readerARN, "-Ab1Cd2"), true},
		"partial ARN that looks complete":   {strings.TrimSuffix(lookalike, "-Mn7Op8"), false},
		"partial ARN with half its suffix":  {strings.TrimSuffix(readerARN, "d2"), false},
		"ARN of another suffix":             {strings.TrimSuffix(readerARN, "2") + "3", false},
		"beginning of a name":               {"m2m/dev/rea", false},
		"name of nothing, as a partial ARN": {strings.TrimSuffix(readerARN, "reader-Ab1Cd2"), false},
	} {
		_, err := w.secrets.GetSecretValue(t.Context(), &awssecretsmanager.GetSecretValueInput{SecretId: aws.String(test.id)})
		if test.found && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !test.found {
			is[*types.ResourceNotFoundException](t, err)
		}
	}
}

func TestGetSecretValue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.holder(t, plainName, "AWSCURRENT")
	w.clock.Advance(time.Second)
	second := w.put(t, plainName, "second")
	get := func(in awssecretsmanager.GetSecretValueInput) (*awssecretsmanager.GetSecretValueOutput, error) {
		in.SecretId = aws.String(plainName)
		return w.secrets.GetSecretValue(t.Context(), &in)
	}
	for name, test := range map[string]struct {
		in      awssecretsmanager.GetSecretValueInput
		version string
		value   string
	}{
		"nothing":      {awssecretsmanager.GetSecretValueInput{}, second, "second"},
		"id":           {awssecretsmanager.GetSecretValueInput{VersionId: &first}, first, "first"},
		"label":        {awssecretsmanager.GetSecretValueInput{VersionStage: aws.String("AWSPREVIOUS")}, first, "first"},
		"id and label": {awssecretsmanager.GetSecretValueInput{VersionId: &second, VersionStage: aws.String("AWSCURRENT")}, second, "second"},
	} {
		got, err := get(test.in)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if aws.ToString(got.VersionId) != test.version || aws.ToString(got.SecretString) != test.value || aws.ToString(got.ARN) != plainARN || got.SecretBinary != nil {
			t.Errorf("%s: got %s, %s", name, aws.ToString(got.VersionId), aws.ToString(got.SecretString))
		}
	}
	if got, _ := get(awssecretsmanager.GetSecretValueInput{}); !got.CreatedDate.Equal(start.Add(time.Second)) {
		t.Errorf("CreatedDate: got %v, want the version's", got.CreatedDate)
	}
	_, err := get(awssecretsmanager.GetSecretValueInput{VersionId: &first, VersionStage: aws.String("AWSCURRENT")})
	is[*types.InvalidRequestException](t, err)
	_, err = get(awssecretsmanager.GetSecretValueInput{VersionId: aws.String(uuid.NewString())})
	is[*types.ResourceNotFoundException](t, err)
	_, err = get(awssecretsmanager.GetSecretValueInput{VersionStage: aws.String("AWSPENDING")})
	is[*types.ResourceNotFoundException](t, err)
}

func TestPutSecretValueIsIdempotent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := uuid.NewString()
	put := func(value string, labels ...string) (*awssecretsmanager.PutSecretValueOutput, error) {
		return w.secrets.PutSecretValue(t.Context(), &awssecretsmanager.PutSecretValueInput{
			SecretId: aws.String(plainName), ClientRequestToken: &token, SecretString: &value, VersionStages: labels,
		})
	}
	if _, err := put("second", "CANDIDATE"); err != nil {
		t.Fatal(err)
	}
	saves := len(w.disk.all())
	w.clock.Advance(time.Hour)
	got, err := put("second")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"CANDIDATE"}, got.VersionStages); diff != "" {
		t.Errorf("the repeated call has moved labels (-want +got):\n%s", diff)
	}
	if len(w.disk.all()) != saves || !w.describe(t, plainName).LastChangedDate.Equal(start) {
		t.Error("the repeated call has changed something")
	}
	_, err = put("third")
	is[*types.ResourceExistsException](t, err)
	if w.value(t, plainName, "CANDIDATE") != "second" {
		t.Error("a version was rewritten")
	}
}

func TestPutSecretValueMovesLabels(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.holder(t, plainName, "AWSCURRENT")
	second := w.put(t, plainName, "second", "AWSPENDING", "mine")
	if w.holder(t, plainName, "AWSCURRENT") != first || w.holder(t, plainName, "AWSPREVIOUS") != "" {
		t.Error("AWSCURRENT has moved although VersionStages does not name it")
	}
	third := w.put(t, plainName, "third", "AWSCURRENT", "mine")
	want := map[string][]string{first: {"AWSPREVIOUS"}, second: {"AWSPENDING"}, third: {"AWSCURRENT", "mine"}}
	if diff := cmp.Diff(want, w.describe(t, plainName).VersionIdsToStages); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPutSecretValueBinary(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	want := []byte{0, 1, 254, 255}
	if _, err := w.secrets.PutSecretValue(t.Context(), &awssecretsmanager.PutSecretValueInput{SecretId: aws.String(plainName), SecretBinary: want}); err != nil {
		t.Fatal(err)
	}
	got, err := w.secrets.GetSecretValue(t.Context(), &awssecretsmanager.GetSecretValueInput{SecretId: aws.String(plainName)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.SecretBinary); diff != "" || got.SecretString != nil {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPutSecretValueRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, in := range map[string]awssecretsmanager.PutSecretValueInput{
		"no value":    {},
		"two values":  {SecretString: aws.String("a"), SecretBinary: []byte("a")},
		"long value":  {SecretString: aws.String(strings.Repeat("a", 65537))},
		"short token": {SecretString: aws.String("a"), ClientRequestToken: aws.String("short")},
		"empty label": {SecretString: aws.String("a"), VersionStages: []string{""}},
		"many labels": {SecretString: aws.String("a"), VersionStages: make([]string, 21)},
		"long label":  {SecretString: aws.String("a"), VersionStages: []string{strings.Repeat("a", 257)}},
	} {
		in.SecretId = aws.String(plainName)
		_, err := w.secrets.PutSecretValue(t.Context(), &in)
		t.Log(name)
		is[*types.InvalidParameterException](t, err)
	}
	if len(w.disk.all()) != 1 {
		t.Error("a refused call was saved")
	}
}

func TestUpdateSecretVersionStage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.holder(t, plainName, "AWSCURRENT")
	second := w.put(t, plainName, "second", "mine")
	third := w.put(t, plainName, "third", "other")
	update := func(label, to, from string) error {
		in := &awssecretsmanager.UpdateSecretVersionStageInput{SecretId: aws.String(plainName), VersionStage: &label}
		if to != "" {
			in.MoveToVersionId = &to
		}
		if from != "" {
			in.RemoveFromVersionId = &from
		}
		_, err := w.secrets.UpdateSecretVersionStage(t.Context(), in)
		return err
	}
	for _, refused := range [][3]string{
		{"mine", third, ""},        // it is on second, which has to be named
		{"mine", third, first},     // it is not on first
		{"mine", second, third},    // nor on third
		{"new", third, first},      // nor anywhere
		{"mine", "", first},        // it can't be removed from where it is not
		{"AWSCURRENT", "", first},  // it can only be moved
		{"AWSCURRENT", second, ""}, // from a version that is named
		{"mine", "", ""},           // nothing to do
	} {
		is[smithy.APIError](t, update(refused[0], refused[1], refused[2]))
	}
	want := map[string][]string{first: {"AWSCURRENT"}, second: {"mine"}, third: {"other"}}
	if diff := cmp.Diff(want, w.describe(t, plainName).VersionIdsToStages); diff != "" {
		t.Fatalf("after refused calls (-want +got):\n%s", diff)
	}
	for _, done := range [][3]string{{"AWSCURRENT", second, first}, {"AWSCURRENT", third, second}, {"mine", third, second}, {"new", third, ""}, {"other", "", third}, {"new", third, ""}} {
		if err := update(done[0], done[1], done[2]); err != nil {
			t.Fatalf("%v: %v", done, err)
		}
	}
	want = map[string][]string{second: {"AWSPREVIOUS"}, third: {"AWSCURRENT", "mine", "new"}}
	if diff := cmp.Diff(want, w.describe(t, plainName).VersionIdsToStages); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, err := w.secrets.GetSecretValue(t.Context(), &awssecretsmanager.GetSecretValueInput{SecretId: aws.String(plainName), VersionId: &first}); err != nil || aws.ToString(got.SecretString) != "first" {
		t.Errorf("the deprecated version: %v", err)
	}
}

func TestDeprecatedVersionsAreDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.holder(t, plainName, "AWSCURRENT")
	var ids []string
	for range 120 {
		w.clock.Advance(time.Minute)
		ids = append(ids, w.put(t, plainName, "value"))
	}
	exists := func(id string) bool {
		_, err := w.secrets.GetSecretValue(t.Context(), &awssecretsmanager.GetSecretValueInput{SecretId: aws.String(plainName), VersionId: &id})
		return err == nil
	}
	if !exists(first) {
		t.Error("a version of the last 24 hours is gone")
	}
	w.clock.Advance(25 * time.Hour)
	ids = append(ids, w.put(t, plainName, "last"))
	if exists(first) || exists(ids[20]) || !exists(ids[21]) {
		t.Errorf("got first %v, the 101st from the end %v, the 100th %v; want false, false, true", exists(first), exists(ids[20]), exists(ids[21]))
	}
}
