package awsapi_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscloudformation "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cloudformationtypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"
)

// TestReadOperations makes the calls that scripts begin with.
func TestReadOperations(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withStacks)
	who, err := awssts.NewFromConfig(awsConfig(w.url)).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{identity.AccountID, identity.ARN, identity.UserID}, []string{*who.Account, *who.Arn, *who.UserId}); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	client := w.cloudFormation()
	list := func(status ...cloudformationtypes.StackStatus) (names []string) {
		stacks, err := client.ListStacks(t.Context(), &awscloudformation.ListStacksInput{StackStatusFilter: status})
		if err != nil {
			t.Fatal(err)
		}
		for _, stack := range stacks.StackSummaries {
			names = append(names, fmt.Sprint(*stack.StackName, " ", stack.StackStatus, " ", stack.CreationTime.Equal(start)))
		}
		return names
	}
	want := []string{"dev-api CREATE_COMPLETE true", "dev-identity CREATE_COMPLETE true"}
	if diff := cmp.Diff([][]string{want, want, nil}, [][]string{
		list(), list("UPDATE_COMPLETE", "CREATE_COMPLETE"), list("DELETE_COMPLETE"),
	}); diff != "" {
		t.Errorf("stacks (-want +got):\n%s", diff)
	}
	exports, err := client.ListExports(t.Context(), &awscloudformation.ListExportsInput{})
	if err != nil {
		t.Fatal(err)
	}
	if len(exports.Exports) != 1 || *exports.Exports[0].Name != "dev-names" || *exports.Exports[0].ExportingStackId != apiStackID || *exports.Exports[0].Value != "<a>&\"b\"" {
		t.Errorf("exports: %+v", exports.Exports)
	}
}

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
