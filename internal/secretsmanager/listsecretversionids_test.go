package secretsmanager_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"
)

func TestListSecretVersionIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.holder(t, plainName, "AWSCURRENT")
	second, third := w.put(t, plainName, "second"), w.put(t, plainName, "third")
	list := func(in awssecretsmanager.ListSecretVersionIdsInput) (*awssecretsmanager.ListSecretVersionIdsOutput, []string) {
		t.Helper()
		in.SecretId = aws.String(plainName)
		got, err := w.secrets.ListSecretVersionIds(t.Context(), &in)
		if err != nil {
			t.Fatal(err)
		}
		var versions []string
		for _, version := range got.Versions {
			versions = append(versions, *version.VersionId+fmt.Sprint(version.VersionStages))
		}
		return got, versions
	}
	got, labelled := list(awssecretsmanager.ListSecretVersionIdsInput{})
	if diff := cmp.Diff([]string{second + "[AWSPREVIOUS]", third + "[AWSCURRENT]"}, labelled); diff != "" || *got.ARN != plainARN || *got.Name != plainName {
		t.Errorf("%s %s (-want +got):\n%s", *got.ARN, *got.Name, diff)
	}
	page, one := list(awssecretsmanager.ListSecretVersionIdsInput{IncludeDeprecated: aws.Bool(true), MaxResults: aws.Int32(2)})
	_, rest := list(awssecretsmanager.ListSecretVersionIdsInput{IncludeDeprecated: aws.Bool(true), NextToken: page.NextToken})
	if diff := cmp.Diff([][]string{{first + "[]", second + "[AWSPREVIOUS]"}, {third + "[AWSCURRENT]"}}, [][]string{one, rest}); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	_, err := w.secrets.ListSecretVersionIds(t.Context(), &awssecretsmanager.ListSecretVersionIdsInput{SecretId: aws.String(plainName), NextToken: aws.String("x")})
	is[*types.InvalidNextTokenException](t, err)
	_, err = w.secrets.ListSecretVersionIds(t.Context(), &awssecretsmanager.ListSecretVersionIdsInput{SecretId: aws.String("nobody")})
	is[*types.ResourceNotFoundException](t, err)
}
