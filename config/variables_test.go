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

// The names that Lambda reserves, and some of those that begin alike and are the user's: Lambda guide, "Defined runtime
// environment variables" and "Modifying the runtime environment".
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

// ARNs are those of any partition: of China and GovCloud, the European Sovereign Cloud and the isolated ones.
func TestARNsOfEveryPartition(t *testing.T) {
	t.Parallel()
	for partition, region := range map[string]string{
		"aws": "eu-west-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1", "aws-eusc": "eusc-de-east-1", "aws-iso-b": "us-isob-east-1",
	} {
		file := strings.Replace(valid, "reader: {", "reader: {secretReaders: [\"arn:"+partition+":iam::210987654321:role/reader\"], ", 1) +
			"secrets: {customerKey: true}\nalarms: {recipients: [\"arn:" + partition + ":sns:" + region + ":123456789012:topic\"]}\n"
		file = strings.Replace(file, "region: ap-northeast-1", "region: "+region, 1)
		if _, got := load(t, "dev.yaml", file); got != nil {
			t.Errorf("partition %s: %v", partition, got)
		}
	}
}
