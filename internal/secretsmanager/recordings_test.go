package secretsmanager_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"cognito-m2m/internal/secretsmanager"
)

// The tests of this file repeat what somebody has recorded of AWS: localstack/localstack at
// 8b9a79f0, tests/aws/services/secretsmanager/test_secretsmanager.snapshot.json and
// tests/aws/services/cloudformation/resources/test_secretsmanager.snapshot.json. Each names its
// recording.

// test_update_secret_version_stages_current_pending, 28 September 2022, confirmed 15 March 2024.
func TestAPendingLabelGoesWithTheNextValue(t *testing.T) {
	t.Parallel()
	w := settled(t)
	first := w.holder(t, readerName, "AWSCURRENT")
	second := w.put(t, readerName, "second", "AWSPENDING")
	if _, err := w.secrets.UpdateSecretVersionStage(t.Context(), &awssecretsmanager.UpdateSecretVersionStageInput{
		SecretId: aws.String(readerName), VersionStage: aws.String("AWSCURRENT"), MoveToVersionId: &second, RemoveFromVersionId: &first,
	}); err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{first: {"AWSPREVIOUS"}, second: {"AWSCURRENT", "AWSPENDING"}}
	if diff := cmp.Diff(want, w.describe(t, readerName).VersionIdsToStages); diff != "" {
		t.Fatalf("before (-want +got):\n%s", diff)
	}
	third := w.put(t, readerName, "third")
	want = map[string][]string{second: {"AWSPREVIOUS"}, third: {"AWSCURRENT"}}
	if diff := cmp.Diff(want, w.describe(t, readerName).VersionIdsToStages); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	w.rotate(t, readerName) // is not refused as unfinished
}

// test_no_client_request_token, 12 May 2023: the body that was sent names no secret there is.
func TestNoClientRequestToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const message = "You must provide a ClientRequestToken value. We recommend a UUID-type value."
	for operation, code := range map[string]string{"PutSecretValue": "InvalidRequestException", "RotateSecret": "InvalidParameterException"} {
		body, err := json.Marshal(map[string]string{"SecretId": "nobody", "SecretString": "x", "Description": "y"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.store.Call(t.Context(), operation, body)
		refused, ok := errors.AsType[*secretsmanager.Error](err)
		if !ok || refused.Code() != code || refused.Error() != message {
			t.Errorf("%s: got %v", operation, err)
		}
	}
}

// test_rotate_secret_invalid_lambda_arn, 15 March 2024.
func TestRotateSecretWithAFunctionThereIsNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.secrets.RotateSecret(t.Context(), &awssecretsmanager.RotateSecretInput{
		SecretId: aws.String(plainName), RotationLambdaARN: aws.String("arn:aws:lambda:us-east-1:123456789012:function:none"),
	})
	const message = "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com."
	refused, ok := errors.AsType[smithy.APIError](err)
	if !ok || refused.ErrorCode() != "AccessDeniedException" || refused.ErrorMessage() != message {
		t.Errorf("got %v", err)
	}
	if got := w.describe(t, plainName); got.RotationEnabled != nil || got.RotationRules != nil || got.RotationLambdaARN != nil {
		t.Errorf("the refused request has changed %+v", got)
	}
}

// test_cfn_secretsmanager_gen_secret, 3 July 2024, and test_cfn_handle_secretsmanager_secret, 11
// October 2024.
func TestTagsOfCloudFormation(t *testing.T) {
	t.Parallel()
	const stackID = "arn:aws:cloudformation:us-east-1:123456789012:stack/dev-api/0a1b"
	w := newWorld(t, func(w *world) {
		reader := &w.config.Secrets[0]
		reader.StackName, reader.LogicalID, reader.StackID = "m2m-dev-Api", "Secret", stackID
	})
	want := []string{
		"aws:cloudformation:stack-name=m2m-dev-Api", "aws:cloudformation:logical-id=Secret", "aws:cloudformation:stack-id=" + stackID,
		"a=b", "m2m:client-id=reader-id",
	}
	var got []string
	for _, tag := range w.describe(t, readerName).Tags {
		got = append(got, aws.ToString(tag.Key)+"="+aws.ToString(tag.Value))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
}

// test_create_multi_secrets_snapshot, 28 September 2022: listed in the order in which they were
// made. The tests of filters, asserted on AWS on 10 April 2024: each filter has to fit.
func TestListSecretsInTheOrderMade(t *testing.T) {
	t.Parallel()
	secret := func(name, suffix string) secretsmanager.Secret {
		return secretsmanager.Secret{ARN: "arn:aws:secretsmanager:us-east-1:123456789012:secret:" + name + "-" + suffix, Name: name, Description: "a " + name, Initial: "x"}
	}
	made := []secretsmanager.Secret{secret("zebra", "Ab1Cd2"), secret("middle", "Ef3Gh4"), secret("ant", "Ij5Kl6")}
	w := newWorld(t, func(w *world) { w.config.Secrets = made[:1] })
	for count := 2; count <= len(made); count++ {
		w.clock.Advance(time.Minute)
		w = w.restarted(t, func(w *world) { w.config.Secrets = made[:count] })
	}
	for _, c := range []struct {
		filters []types.Filter
		want    []string
	}{
		{nil, []string{"zebra", "middle", "ant"}},
		{[]types.Filter{{Key: "description", Values: []string{"a"}}}, []string{"zebra", "middle", "ant"}},
		{[]types.Filter{{Key: "description", Values: []string{"a"}}, {Key: "name", Values: []string{"secret"}}}, nil},
		{[]types.Filter{{Key: "description", Values: []string{"a"}}, {Key: "name", Values: []string{"an"}}}, []string{"ant"}},
	} {
		list, err := w.secrets.ListSecrets(t.Context(), &awssecretsmanager.ListSecretsInput{Filters: c.filters})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, entry := range list.SecretList {
			got = append(got, *entry.Name)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.filters, diff)
		}
	}
}

// The words of refused reads, as in many recordings of that file: a missing secret, label and
// version, a label that is elsewhere, and a secret without a function.
func TestWordsOfErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	current, version := w.holder(t, plainName, "AWSCURRENT"), uuid.NewString()
	get := func(id string, version, stage *string) error {
		_, err := w.secrets.GetSecretValue(t.Context(), &awssecretsmanager.GetSecretValueInput{SecretId: &id, VersionId: version, VersionStage: stage})
		return err
	}
	_, noFunction := w.secrets.RotateSecret(t.Context(), &awssecretsmanager.RotateSecretInput{SecretId: aws.String(plainName)})
	for _, c := range []struct {
		err        error
		code, want string
	}{
		{get("nobody", nil, nil), "ResourceNotFoundException", "Secrets Manager can't find the specified secret."},
		{get(plainName, nil, aws.String("AWSPENDING")), "ResourceNotFoundException", "Secrets Manager can't find the specified secret value for staging label: AWSPENDING"},
		{get(plainName, &version, nil), "ResourceNotFoundException", "Secrets Manager can't find the specified secret value for VersionId: " + version},
		{get(plainName, &current, aws.String("AWSPREVIOUS")), "InvalidRequestException", "You provided a VersionStage that is not associated to the provided VersionId."},
		{noFunction, "InvalidRequestException", "No Lambda rotation function ARN is associated with this secret."},
	} {
		refused, ok := errors.AsType[smithy.APIError](c.err)
		if !ok || refused.ErrorCode() != c.code || refused.ErrorMessage() != c.want {
			t.Errorf("got %v, want %s: %s", c.err, c.code, c.want)
		}
	}
}
