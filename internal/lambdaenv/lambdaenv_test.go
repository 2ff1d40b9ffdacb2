package lambdaenv_test

import (
	"strings"
	"testing"

	"cognito-m2m/internal/lambdaenv"
)

// TestSize is a recording of AWS: 4,096 bytes are taken and 4,097 refused, names, quotes and commas
// counted (localstack/localstack 8b9a79f0, tests/aws/services/lambda_/test_lambda_api.py,
// TestLambdaSizeLimits, 25 November 2025).
func TestSize(t *testing.T) {
	t.Parallel()
	for size, variables := range map[int]map[string]string{
		lambdaenv.MaxSize:     {"LARGE_VAR": strings.Repeat("x", 4080)},
		lambdaenv.MaxSize + 1: {"SMALL_VAR": "ok", "LARGE_VAR": strings.Repeat("x", 4064)},
		len(`{"A_":"<&>"}`):   {"A_": "<&>"},
	} {
		if got := lambdaenv.Size(variables); got != size {
			t.Errorf("got %d bytes, want %d", got, size)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for name, taken := range map[string]bool{"AB": true, "a_1": true, "A": false, "_A": false, "1A": false, "A-B": false, "": false} {
		if got := lambdaenv.IsName(name); got != taken {
			t.Errorf("%q: %t, want %t", name, got, taken)
		}
	}
	for name, reserved := range map[string]bool{"AWS_REGION": true, "_HANDLER": true, "AWS_PROFILE": false, "LAMBDA_STAGE": false} {
		if got := lambdaenv.Reserved(name); got != reserved {
			t.Errorf("%s is reserved: %t, want %t", name, got, reserved)
		}
	}
}
