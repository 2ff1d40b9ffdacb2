// Package lambdaenv has Lambda's rules for the environment that a function runs in: its variables,
// what it has unless it says otherwise, and how large an event may be. It owns neither where
// variables are written nor which there are.
//
// Source: Lambda Developer Guide, "Defined runtime environment variables" and "Quotas"; Lambda API
// reference, Environment.
package lambdaenv

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
)

// reserved can't be set. Every other name is the user's, of those that begin with AWS_ or LAMBDA_
// too.
var reserved = []string{
	"_HANDLER", "_X_AMZN_TRACE_ID",
	"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV",
	"AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
	"AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_INITIALIZATION_TYPE",
	"AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_METADATA_API", "AWS_LAMBDA_METADATA_TOKEN", "AWS_LAMBDA_MAX_CONCURRENCY",
	"AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
	"LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
}

// Reserved says whether Lambda keeps a name for itself.
func Reserved(name string) bool { return slices.Contains(reserved, name) }

// NamePattern is the form of a name, as a regular expression without anchors: two or more letters,
// digits and underscores, a letter first.
const NamePattern = `[A-Za-z][A-Za-z0-9_]+`

var namePattern = regexp.MustCompile("^" + NamePattern + "$")

// IsName says whether a variable can have the name, reserved or not.
func IsName(name string) bool { return namePattern.MatchString(name) }

// What a function has unless it says otherwise (CreateFunction).
const (
	DefaultMemoryMB = 128
	DefaultTimeout  = 3 * time.Second
)

// LogGroup is where a function logs unless it says otherwise.
func LogGroup(function string) string { return "/aws/lambda/" + function }

// Bootstrap is the name of the executable that an OS-only runtime starts.
const Bootstrap = "bootstrap"

// OSOnlyRuntimes are those whose code is an executable, the newest first.
//
// Source: Lambda Developer Guide, "Lambda runtimes".
func OSOnlyRuntimes() []string { return []string{"provided.al2023", "provided.al2"} }

// MaxEventBytes is the largest event of a synchronous invocation.
const MaxEventBytes = 6 << 20

// MaxSize is what all variables of a function may take, in bytes as Size counts them. Those that
// Lambda adds do not count.
const MaxSize = 4096

// Size is what variables take: the length of their JSON text without blanks, in bytes.
//
// Source: "exceeded the 4KB limit. String measured: {...}"
// (github-aws-runners/terraform-aws-github-runner #3594); measured on AWS: localstack/localstack
// 8b9a79f0, tests/aws/services/lambda_/test_lambda_api.py, TestLambdaSizeLimits (25 November 2025).
func Size[K, V ~string](variables map[K]V) int {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(variables) // texts always can be
	return len(strings.TrimSuffix(text.String(), "\n"))
}
