package config_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/function"
)

// The names that Lambda reserves, and some of those that begin alike and are the user's: Lambda
// guide, "Defined runtime environment variables" and "Modifying the runtime environment".
var (
	reservedByLambda = []string{
		"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
		"AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_METADATA_API", "AWS_LAMBDA_METADATA_TOKEN",
		"AWS_LAMBDA_MAX_CONCURRENCY", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
		"LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
	}
	leftToTheUser = []string{
		"AWS_PROFILE", "AWS_SDK_LOAD_CONFIG", "AWS_XRAY_CONTEXT_MISSING", "AWS_LAMBDA_EXEC_WRAPPER", "AWS_LAMBDA_LOG_LEVEL",
		"AWS_ENDPOINT_URL_S3", "AWS_STS_REGIONAL_ENDPOINTS", "LAMBDA_STAGE", "TZ", "PATH", "LANG", "LD_LIBRARY_PATH", "aws_region",
		strings.Repeat("N", 300),
	}
)

// The environment file and the local runtime refuse what Lambda does, and nothing else.
func TestVariablesAreLambdas(t *testing.T) {
	t.Parallel()
	bootstrap := filepath.Join(t.TempDir(), "bootstrap")
	if err := os.WriteFile(bootstrap, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	refused := func(name string) (written, run error) {
		t.Helper()
		if _, problems := load(t, "dev.yaml", valid+"functions: {echo: {environment: {"+name+": x}}}\n"); problems != nil {
			written = errors.New(strings.Join(problems, "\n"))
		}
		f, run := function.New(function.Config{Name: "echo", Bootstrap: bootstrap, Environment: map[string]string{name: "x"}})
		if run == nil {
			t.Cleanup(func() { _ = f.Close(context.Background()) })
		}
		return written, run
	}
	for _, name := range reservedByLambda {
		written, run := refused(name)
		if written == nil || !strings.Contains(written.Error(), "."+name+": is a name that Lambda reserves") {
			t.Errorf("%s in the environment file: %v", name, written)
		}
		if run == nil || !strings.Contains(run.Error(), name+" are reserved by Lambda") {
			t.Errorf("%s in the local runtime: %v", name, run)
		}
	}
	for _, name := range leftToTheUser {
		if written, run := refused(name); written != nil || run != nil {
			t.Errorf("%s is refused: %v, %v", name, written, run)
		}
	}
}

// TestVariablesAreMeasuredAsLambdaDoes is a recording of AWS: as JSON text, 4,096 bytes are taken
// and 4,097 refused, also with two variables (localstack/localstack 8b9a79f0,
// tests/aws/services/lambda_/test_lambda_api.py, TestLambdaSizeLimits, 25 November 2025).
func TestVariablesAreMeasuredAsLambdaDoes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		variables string
		refused   bool
	}{
		"4,096 bytes in one variable":  {"LARGE_VAR: " + strings.Repeat("x", 4080), false},
		"4,097 bytes in one variable":  {"LARGE_VAR: " + strings.Repeat("x", 4081), true},
		"4,096 bytes in two variables": {"SMALL_VAR: ok, LARGE_VAR: " + strings.Repeat("x", 4063), false},
		"4,097 bytes in two variables": {"SMALL_VAR: ok, LARGE_VAR: " + strings.Repeat("x", 4064), true},
	} {
		_, got := load(t, "dev.yaml", valid+"functions: {echo: {environment: {"+c.variables+"}}}\n")
		if refused := len(got) == 1 && strings.Contains(got[0], "has 4097 bytes as JSON"); refused != c.refused || len(got) > 1 {
			t.Errorf("%s: %q", name, got)
		}
	}
}
