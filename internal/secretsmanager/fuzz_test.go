package secretsmanager_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"cognito-m2m/internal/secretsmanager"
)

const (
	secretARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:plain-Ab1Cd2"
	token     = "11111111-2222-3333-4444-555555555555"
)

// FuzzCall holds that no input makes an operation panic, that every refusal has a code, and that
// AWSCURRENT stays on a version with a value.
func FuzzCall(f *testing.F) {
	for _, seed := range [][2]string{
		{"GetSecretValue", `{"SecretId":"plain"}`},
		{"GetSecretValue", `{"SecretId":"plain","VersionId":"x","VersionStage":"AWSPENDING"}`},
		{"DescribeSecret", `{"SecretId":"` + secretARN + `"}`},
		{"DescribeSecret", `null`},
		{"DescribeSecret", ``},
		{"DescribeSecret", `[]`},
		{"PutSecretValue", `{"SecretId":"plain","ClientRequestToken":"` + token + `","SecretString":"a"}`},
		{"PutSecretValue", `{"SecretId":"plain","ClientRequestToken":"` + token + `","SecretBinary":"AA=="}`},
		{"PutSecretValue", `{"SecretId":"plain","ClientRequestToken":"` + token + `","SecretString":"b","VersionStages":["AWSPREVIOUS","AWSCURRENT",""]}`},
		{"UpdateSecretVersionStage", `{"SecretId":"plain","VersionStage":"AWSCURRENT","MoveToVersionId":"` + token + `"}`},
		{"UpdateSecretVersionStage", `{"SecretId":"plain","VersionStage":"AWSPENDING","RemoveFromVersionId":"` + token + `"}`},
		{"ListSecrets", `{"MaxResults":1,"NextToken":"x","Filters":[{"Key":"name","Values":["!"]}],"SortOrder":"desc","SortBy":"name"}`},
		{"ListSecrets", `{"MaxResults":-1}`},
		{"RotateSecret", `{"SecretId":"plain","ClientRequestToken":"` + token + `","RotationRules":{"AutomaticallyAfterDays":0}}`},
		{"DeleteSecret", `{}`},
		{"", "\x00"},
	} {
		f.Add(seed[0], []byte(seed[1]))
	}
	store, err := secretsmanager.New(secretsmanager.Config{Secrets: []secretsmanager.Secret{{
		ARN: secretARN, Name: "plain", Initial: "first",
		Rotation: &secretsmanager.Rotation{FunctionARN: "f", Function: idle{}, AutomaticallyAfterDays: 1},
	}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = store.Close(context.Background()) })
	f.Fuzz(func(t *testing.T, operation string, input []byte) {
		output, err := store.Call(t.Context(), operation, input)
		var refused *secretsmanager.Error
		if err != nil && (!errors.As(err, &refused) || refused.Code() == "" || refused.Error() == "") {
			t.Errorf("got %v, want an Error with a code", err)
		}
		if _, encodingErr := json.Marshal(output); encodingErr != nil {
			t.Errorf("encoding the output: %v", encodingErr)
		}
		if _, err := store.Call(t.Context(), "GetSecretValue", []byte(`{"SecretId":"plain"}`)); err != nil {
			t.Errorf("AWSCURRENT: %v", err)
		}
	})
}

// idle is a function that does nothing.
type idle struct{}

func (idle) Invoke(context.Context, []byte) ([]byte, string, error) { return nil, "", nil }
