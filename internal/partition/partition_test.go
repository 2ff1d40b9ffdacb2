package partition_test

import (
	"testing"

	"cognito-m2m/internal/partition"
)

func TestPartitions(t *testing.T) {
	t.Parallel()
	for region, want := range map[string][2]string{
		"eu-central-1":   {"aws", "amazonaws.com"},
		"us-gov-west-1":  {"aws-us-gov", "amazonaws.com"},
		"cn-north-1":     {"aws-cn", "amazonaws.com.cn"},
		"cn-northwest-1": {"aws-cn", "amazonaws.com.cn"},
		"":               {"aws", "amazonaws.com"},
	} {
		if got := [2]string{partition.Of(region), partition.URLSuffix(region)}; got != want {
			t.Errorf("%q: got %q, want %q", region, got, want)
		}
	}
}
