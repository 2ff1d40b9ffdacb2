package secretsmanager_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"
)

func TestListSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var names []string
	pages := awssecretsmanager.NewListSecretsPaginator(w.secrets, &awssecretsmanager.ListSecretsInput{MaxResults: aws.Int32(2)})
	count := 0
	for ; pages.HasMorePages(); count++ {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range page.SecretList {
			names = append(names, aws.ToString(entry.Name))
			if len(entry.SecretVersionsToStages) != 1 {
				t.Errorf("%s: got versions %v", aws.ToString(entry.Name), entry.SecretVersionsToStages)
			}
		}
	}
	if diff := cmp.Diff([]string{readerName, writerName, plainName}, names, cmp.Transformer("set", asSet)); diff != "" || count != 2 {
		t.Errorf("%d pages (-want +got):\n%s", count, diff)
	}
}

func asSet(names []string) map[string]int {
	set := map[string]int{}
	for _, name := range names {
		set[name]++
	}
	return set
}

func TestListSecretsFiltersAndOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, test := range map[string]struct {
		filters []types.Filter
		want    []string
	}{
		"prefix of the name":    {[]types.Filter{{Key: "name", Values: []string{"m2m/dev/"}}}, []string{writerName, readerName}},
		"one of two values":     {[]types.Filter{{Key: "name", Values: []string{"pl", "m2m/dev/w"}}}, []string{plainName, writerName}},
		"not a prefix":          {[]types.Filter{{Key: "name", Values: []string{"!m2m"}}}, []string{plainName}},
		"tag key":               {[]types.Filter{{Key: "tag-key", Values: []string{"m2m:client-id"}}}, []string{readerName}},
		"tag value":             {[]types.Filter{{Key: "tag-value", Values: []string{"reader"}}}, []string{readerName}},
		"description, any case": {[]types.Filter{{Key: "description", Values: []string{"credentials"}}}, []string{readerName}},
		"two filters":           {[]types.Filter{{Key: "name", Values: []string{"m2m"}}, {Key: "tag-key", Values: []string{"x"}}}, nil},
	} {
		got, err := w.secrets.ListSecrets(t.Context(), &awssecretsmanager.ListSecretsInput{Filters: test.filters, SortBy: types.SortByTypeName, SortOrder: types.SortOrderTypeDesc})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var names []string
		for _, entry := range got.SecretList {
			names = append(names, aws.ToString(entry.Name))
		}
		if diff := cmp.Diff(test.want, names); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	_, err := w.secrets.ListSecrets(t.Context(), &awssecretsmanager.ListSecretsInput{NextToken: aws.String("made up")})
	is[*types.InvalidNextTokenException](t, err)
	_, err = w.secrets.ListSecrets(t.Context(), &awssecretsmanager.ListSecretsInput{MaxResults: aws.Int32(101)})
	is[*types.InvalidParameterException](t, err)
}
