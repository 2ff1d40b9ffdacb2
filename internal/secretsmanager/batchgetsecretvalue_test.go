package secretsmanager_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"
)

func TestBatchGetSecretValue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.config.Secrets[1].Initial = "" }) // writer has no value
	batch := func(in awssecretsmanager.BatchGetSecretValueInput) *awssecretsmanager.BatchGetSecretValueOutput {
		t.Helper()
		got, err := w.secrets.BatchGetSecretValue(t.Context(), &in)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	got := batch(awssecretsmanager.BatchGetSecretValueInput{SecretIdList: []string{plainARN, "nobody", readerName, writerName}})
	var values, failures []string
	for _, value := range got.SecretValues {
		values = append(values, *value.Name+"="+*value.SecretString+fmt.Sprint(value.VersionStages, *value.VersionId == w.holder(t, *value.Name, "AWSCURRENT")))
	}
	for _, failure := range got.Errors {
		failures = append(failures, *failure.SecretId+" "+*failure.ErrorCode)
	}
	if diff := cmp.Diff([]string{"plain=first[AWSCURRENT] true", readerName + "={}[AWSCURRENT] true"}, values); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"nobody ResourceNotFoundException", writerName + " ResourceNotFoundException"}, failures); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	filters := []types.Filter{{Key: types.FilterNameStringTypeName, Values: []string{"m2m/", "plain"}}}
	first := batch(awssecretsmanager.BatchGetSecretValueInput{Filters: filters, MaxResults: aws.Int32(2)})
	second := batch(awssecretsmanager.BatchGetSecretValueInput{Filters: filters, MaxResults: aws.Int32(2), NextToken: first.NextToken})
	if answered := len(first.SecretValues) + len(first.Errors); answered != 2 || len(second.SecretValues)+len(second.Errors) != 1 || second.NextToken != nil {
		t.Errorf("pages: %+v and %+v", first, second)
	}
	for name, in := range map[string]awssecretsmanager.BatchGetSecretValueInput{
		"nothing":       {},
		"both":          {SecretIdList: []string{plainName}, Filters: filters},
		"too many":      {SecretIdList: make([]string, 21)},
		"a list's page": {SecretIdList: []string{plainName}, MaxResults: aws.Int32(1)},
		"a large page":  {Filters: filters, MaxResults: aws.Int32(21)},
	} {
		_, err := w.secrets.BatchGetSecretValue(t.Context(), &in)
		t.Log(name)
		is[*types.InvalidParameterException](t, err)
	}
}
