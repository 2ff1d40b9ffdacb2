package partition_test

import (
	"testing"

	"cognito-m2m/internal/partition"
)

func TestPartitions(t *testing.T) {
	t.Parallel()
	for region, want := range map[string][3]string{
		"eu-central-1":   {"aws", "amazonaws.com", "api.aws"},
		"us-gov-west-1":  {"aws-us-gov", "amazonaws.com", "api.aws"},
		"cn-north-1":     {"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
		"cn-northwest-1": {"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
		"eusc-de-east-1": {"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"},
		"us-isob-east-1": {"aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud"},
		"":               {"aws", "amazonaws.com", "api.aws"},
	} {
		if got := [3]string{partition.Of(region), partition.URLSuffix(region), partition.DualStackSuffix(region)}; got != want {
			t.Errorf("%q: got %q, want %q", region, got, want)
		}
	}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	place := partition.Place{AccountID: "123456789012", Region: "cn-north-1"}
	const arn = "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:a:b"
	if got := place.ARN("secretsmanager", "secret:a:b"); got != arn {
		t.Errorf("got %s, want %s", got, arn)
	}
	for other, want := range map[string]bool{
		arn: true,
		"arn:aws-cn:secretsmanager:cn-northwest-1:123456789012:secret:a": false,
		"arn:aws-cn:secretsmanager:cn-north-1:210987654321:secret:a":     false,
		"cn-north-1:123456789012":                                        false,
	} {
		if place.Has(other) != want {
			t.Errorf("it has %s: %v, want %v", other, !want, want)
		}
	}
}
