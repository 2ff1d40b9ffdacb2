package secretsmanager_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/secretsmanager"
)

// guarded is the world's API with permissions before it.
func guarded(t *testing.T, w *world, permissions *awsapitest.Permissions) *awssecretsmanager.Client {
	t.Helper()
	url := awsapitest.Serve(t, awsapi.Config{JSON: []awsapi.JSONService{awsapitest.SecretsManager(w.store)}, Authorizer: permissions})
	return awssecretsmanager.NewFromConfig(awsapitest.SDK(url))
}

const keyARN = "arn:aws:kms:us-east-1:123456789012:key/0123"

// withKey puts the plain secret under a customer's key, and a schedule on it.
func withKey(w *world) {
	w.config.Secrets[2].KMSKeyID = keyARN
	w.config.Secrets[2].Tags = map[string]string{"Team": "m2m"}
	w.config.Secrets[2].Rotation = &secretsmanager.Rotation{FunctionARN: functionARN, Function: w.rotator}
}

// TestWhatEachOperationNeeds: the operations are refused unless all of these are allowed.
func TestWhatEachOperationNeeds(t *testing.T) {
	t.Parallel()
	token := uuid.NewString()
	id := aws.String(plainName)
	for name, test := range map[string]struct {
		call func(*testing.T, *awssecretsmanager.Client) error
		want []string
	}{
		"DescribeSecret": {func(t *testing.T, c *awssecretsmanager.Client) error {
			_, err := c.DescribeSecret(t.Context(), &awssecretsmanager.DescribeSecretInput{SecretId: id})
			return err
		}, []string{"secretsmanager:DescribeSecret " + plainARN}},
		"GetSecretValue": {func(t *testing.T, c *awssecretsmanager.Client) error {
			_, err := c.GetSecretValue(t.Context(), &awssecretsmanager.GetSecretValueInput{SecretId: id})
			return err
		}, []string{"secretsmanager:GetSecretValue " + plainARN, "kms:Decrypt " + keyARN}},
		"BatchGetSecretValue": {func(t *testing.T, c *awssecretsmanager.Client) error {
			_, err := c.BatchGetSecretValue(t.Context(), &awssecretsmanager.BatchGetSecretValueInput{Filters: []types.Filter{{Key: "name", Values: []string{plainName}}}})
			return err
		}, []string{"secretsmanager:BatchGetSecretValue *", "secretsmanager:ListSecrets *"}},
		"ListSecrets": {func(t *testing.T, c *awssecretsmanager.Client) error {
			_, err := c.ListSecrets(t.Context(), &awssecretsmanager.ListSecretsInput{})
			return err
		}, []string{"secretsmanager:ListSecrets *"}},
		"ListSecretVersionIds": {func(t *testing.T, c *awssecretsmanager.Client) error {
			_, err := c.ListSecretVersionIds(t.Context(), &awssecretsmanager.ListSecretVersionIdsInput{SecretId: id})
			return err
		}, []string{"secretsmanager:ListSecretVersionIds " + plainARN}},
		"PutSecretValue": {func(t *testing.T, c *awssecretsmanager.Client) error {
			_, err := c.PutSecretValue(t.Context(), &awssecretsmanager.PutSecretValueInput{SecretId: id, ClientRequestToken: &token, SecretString: aws.String("next")})
			return err
		}, []string{"secretsmanager:PutSecretValue " + plainARN, "kms:GenerateDataKey " + keyARN}},
		"UpdateSecretVersionStage": {func(t *testing.T, c *awssecretsmanager.Client) error {
			_, err := c.UpdateSecretVersionStage(t.Context(), &awssecretsmanager.UpdateSecretVersionStageInput{SecretId: id, VersionStage: aws.String("MINE"), MoveToVersionId: aws.String("none")})
			if code(err) == "ResourceNotFoundException" { // it was permitted, and there is no such version
				return nil
			}
			return err
		}, []string{"secretsmanager:UpdateSecretVersionStage " + plainARN}},
		"RotateSecret": {func(t *testing.T, c *awssecretsmanager.Client) error {
			_, err := c.RotateSecret(t.Context(), &awssecretsmanager.RotateSecretInput{SecretId: id, ClientRequestToken: &token, RotateImmediately: aws.Bool(false)})
			return err
		}, []string{"secretsmanager:RotateSecret " + plainARN, "lambda:InvokeFunction " + functionARN}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			permissions := &awsapitest.Permissions{}
			for _, wanted := range test.want {
				w := newWorld(t, withKey)
				w.settle(t)
				if err := test.call(t, guarded(t, w, permissions)); code(err) != "AccessDeniedException" {
					t.Errorf("without %s: %v", wanted, err)
				}
				action, _, _ := strings.Cut(wanted, " ")
				permissions.Allows = append(permissions.Allows, action)
			}
			permissions.Take()
			w := newWorld(t, withKey)
			w.settle(t)
			if err := test.call(t, guarded(t, w, permissions)); err != nil {
				t.Errorf("with all: %v", err)
			}
			var asked []string
			for _, access := range permissions.Take() {
				asked = append(asked, access.Action+" "+access.Resource)
			}
			if name == "BatchGetSecretValue" { // and each value, see TestABatchListsWhatIsNotAllowed
				asked = asked[:2]
			}
			if diff := cmp.Diff(test.want, asked); diff != "" {
				t.Errorf("what was asked (-want +got):\n%s", diff)
			}
		})
	}
}

func code(err error) string {
	if refused := smithy.APIError(nil); errors.As(err, &refused) {
		return refused.ErrorCode()
	}
	return ""
}

// TestKeysOfARequest: what policies can be about.
func TestKeysOfARequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withKey)
	w.settle(t)
	permissions := &awsapitest.Permissions{Allows: []string{"secretsmanager:GetSecretValue"}}
	_, err := guarded(t, w, permissions).GetSecretValue(t.Context(), &awssecretsmanager.GetSecretValueInput{SecretId: aws.String(plainARN), VersionStage: aws.String("AWSCURRENT")})
	if code(err) != "AccessDeniedException" || !strings.HasSuffix(err.Error(), "Access to KMS is not allowed") {
		t.Errorf("got %v", err)
	}
	asked := permissions.Take()
	if len(asked) != 2 {
		t.Fatalf("asked %v", asked)
	}
	if diff := cmp.Diff(map[string][]string{
		"secretsmanager:secretid": {plainARN}, "secretsmanager:versionstage": {"AWSCURRENT"},
		"secretsmanager:resource/allowrotationlambdaarn": {functionARN},
		"secretsmanager:resourcetag/team":                {"m2m"}, "aws:resourcetag/team": {"m2m"},
	}, asked[0].Keys); diff != "" {
		t.Errorf("of the secret (-want +got):\n%s", diff)
	}
	version := w.holder(t, plainName, "AWSCURRENT")
	if diff := cmp.Diff(map[string][]string{
		"kms:viaservice": {"secretsmanager.us-east-1.amazonaws.com"}, "kms:calleraccount": {"123456789012"},
		"kms:encryptioncontextkeys":       {"SecretARN", "SecretVersionId"},
		"kms:encryptioncontext:secretarn": {plainARN}, "kms:encryptioncontext:secretversionid": {version},
	}, asked[1].Keys); diff != "" {
		t.Errorf("of the key (-want +got):\n%s", diff)
	}
}

// TestAWriteThatWasMadeBefore compares the value, and so reads it.
func TestAWriteThatWasMadeBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withKey)
	in := &awssecretsmanager.PutSecretValueInput{SecretId: aws.String(plainName), ClientRequestToken: aws.String(uuid.NewString()), SecretString: aws.String("next")}
	if _, err := w.secrets.PutSecretValue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	permissions := &awsapitest.Permissions{Allows: []string{"secretsmanager:PutSecretValue", "kms:GenerateDataKey"}}
	if _, err := guarded(t, w, permissions).PutSecretValue(t.Context(), in); code(err) != "AccessDeniedException" {
		t.Errorf("without kms:Decrypt: %v", err)
	}
	permissions.Allows = []string{"secretsmanager:PutSecretValue", "kms:Decrypt"}
	if _, err := guarded(t, w, permissions).PutSecretValue(t.Context(), in); err != nil {
		t.Errorf("with it: %v", err)
	}
}

func TestABatchListsWhatIsNotAllowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withKey)
	client := guarded(t, w, &awsapitest.Permissions{Allows: []string{"secretsmanager:BatchGetSecretValue"}})
	got, err := client.BatchGetSecretValue(t.Context(), &awssecretsmanager.BatchGetSecretValueInput{SecretIdList: []string{plainName}})
	if err != nil || len(got.SecretValues) != 0 || len(got.Errors) != 1 || *got.Errors[0].ErrorCode != "AccessDeniedException" ||
		!strings.Contains(*got.Errors[0].Message, "is not authorized to perform: secretsmanager:GetSecretValue on resource: "+plainName) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestWordsOfADenial are AWS's, with the secret as the request calls it.
func TestWordsOfADenial(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := guarded(t, w, &awsapitest.Permissions{})
	for id, resource := range map[string]string{plainName: plainName, plainARN: plainARN, "missing": "missing"} {
		_, err := client.GetSecretValue(t.Context(), &awssecretsmanager.GetSecretValueInput{SecretId: &id})
		want := "User: " + awsapitest.Identity.ARN + " is not authorized to perform: secretsmanager:GetSecretValue on resource: " + resource +
			" because no identity-based policy allows the secretsmanager:GetSecretValue action"
		if refused := smithy.APIError(nil); !errors.As(err, &refused) || refused.ErrorMessage() != want || refused.ErrorCode() != "AccessDeniedException" {
			t.Errorf("%s: got %v, want %s", id, err, want)
		}
	}
	_, err := client.ListSecrets(t.Context(), &awssecretsmanager.ListSecretsInput{})
	want := "User: " + awsapitest.Identity.ARN + " is not authorized to perform: secretsmanager:ListSecrets because no identity-based policy allows the secretsmanager:ListSecrets action"
	if refused := smithy.APIError(nil); !errors.As(err, &refused) || refused.ErrorMessage() != want {
		t.Errorf("ListSecrets: got %v, want %s", err, want)
	}
}
