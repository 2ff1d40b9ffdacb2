package function

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"cognito-m2m/internal/lambdaenv"
)

// logStreamVariable has a value of its own in each execution environment.
const logStreamVariable = "AWS_LAMBDA_LOG_STREAM_NAME"

// CheckVariables says which variables Lambda would refuse. It shows no value.
func CheckVariables(environment map[string]string) error {
	var refused []string
	for _, name := range slices.Sorted(maps.Keys(environment)) {
		if lambdaenv.Reserved(name) {
			refused = append(refused, name)
			continue
		}
		if !lambdaenv.IsName(name) {
			return fmt.Errorf("environment variable %q: Lambda takes names of two or more letters, digits and underscores, a letter first", name)
		}
		if strings.ContainsRune(environment[name], 0) {
			return fmt.Errorf("environment variable %s: a value can't contain a NUL", name)
		}
	}
	if len(refused) > 0 {
		return fmt.Errorf("environment variables %s are reserved by Lambda: choose other names",
			strings.Join(refused, ", "))
	}
	return nil
}

// languages is the beginning of a search path, which provided.al2 does not have.
func languages(folder, runtime string) string {
	if runtime == "provided.al2" {
		return ""
	}
	return "/var/lang" + folder + ":"
}

// variables is the whole environment of a function's process, as provided.al2023 has it on AWS
// (recorded: localstack/localstack 8b9a79f0, tests/aws/services/lambda_/test_lambda_common.py,
// test_introspection_invoke, 13 January 2026). It inherits nothing from this process: a developer's
// own credentials, profile or proxy must not reach a function that would not have them on AWS.
func variables(cfg *Config, apiAddress string, credentials Credentials) []string {
	set := defaultVariables(cfg)
	maps.Copy(set, cfg.Environment)
	maps.Copy(set, reservedVariables(cfg, apiAddress))
	if credentials != (Credentials{}) {
		set["AWS_ACCESS_KEY_ID"], set["AWS_SECRET_ACCESS_KEY"] = credentials.AccessKeyID, credentials.SecretAccessKey
		set["AWS_SESSION_TOKEN"] = credentials.SessionToken
	}
	list := make([]string, 0, len(set))
	for _, name := range slices.Sorted(maps.Keys(set)) {
		list = append(list, name+"="+set[name])
	}
	return list
}

// runtimeDir is LAMBDA_RUNTIME_DIR.
const runtimeDir = "/var/runtime"

// defaultVariables are those that the template may set.
func defaultVariables(cfg *Config) map[string]string {
	return map[string]string{
		"LANG": "en_US.UTF-8",
		"TZ":   ":UTC",
		"PATH": languages("/bin", cfg.Runtime) + "/usr/local/bin:/usr/bin/:/bin:/opt/bin",
		"LD_LIBRARY_PATH": languages("/lib", cfg.Runtime) + strings.Join([]string{
			"/lib64", "/usr/lib64", runtimeDir, runtimeDir + "/lib", cfg.TaskRoot, cfg.TaskRoot + "/lib", "/opt/lib",
		}, ":"),
		// Parity: Function environment: no address of an X-Ray daemon
		"AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
		// Without HOME, SDKs find the developer's home folder, and the profiles in it, by the
		// user's id. In /tmp another user may have put profiles. Only root can make a folder here.
		//
		// Parity: Function environment: HOME is set
		"HOME": "/nonexistent",
		// A Go process that may use every processor wakes them all for each call of the Runtime
		// API.
		//
		// Parity: Function environment: GOMAXPROCS is the share of the processor
		"GOMAXPROCS": strconv.Itoa(processors(cfg.MemorySize)),
	}
}

// reservedVariables are those that the template can't set.
func reservedVariables(cfg *Config, apiAddress string) map[string]string {
	return map[string]string{
		"_HANDLER":                        cfg.Handler,
		"AWS_REGION":                      cfg.Region,
		"AWS_DEFAULT_REGION":              cfg.Region,
		"AWS_LAMBDA_FUNCTION_NAME":        cfg.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(cfg.MemorySize),
		"AWS_LAMBDA_LOG_GROUP_NAME":       cfg.LogGroup,
		logStreamVariable:                 logStream(cfg.Now()),
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_RUNTIME_API":          apiAddress,
		// Parity: Function environment: no log format
		// Parity: Function environment: LAMBDA_TASK_ROOT is a local folder
		"LAMBDA_TASK_ROOT":   cfg.TaskRoot,
		"LAMBDA_RUNTIME_DIR": runtimeDir,
	}
}

// processors is how many processors Lambda gives a function of so many MB at most: each takes 1769
// MB, and the last one may be a share.
//
// Source: Lambda Developer Guide, "Configure Lambda function memory".
func processors(memorySize int) int {
	const perProcessor = 1769
	return max(1, (memorySize+perProcessor-1)/perProcessor)
}

// logStream names the log stream that an execution environment would write to.
func logStream(now time.Time) string {
	return now.UTC().Format("2006/01/02/[$LATEST]") + randomHex(16)
}

// traceID makes a tracing header in AWS X-Ray's format.
//
// Parity: Runtime API: traces are never sampled
func traceID(now time.Time) string {
	return fmt.Sprintf("Root=1-%08x-%s;Parent=%s;Sampled=0", now.Unix(), randomHex(12), randomHex(8))
}

// randomHex returns 2n hexadecimal digits; crypto/rand.Read never fails.
func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}
