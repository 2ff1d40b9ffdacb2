package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cognito-m2m/naming"
)

const (
	longestMaxAge = 24 * time.Hour // of a preflight's answer: 86,400 seconds (API Gateway reference, Cors)

	// maxVariables is what all environment variables of a function may have in all, in bytes (Lambda guide, "Quotas"). What
	// counts is their JSON: "exceeded the 4KB limit. String measured: {...}" (github-aws-runners/terraform-aws-github-runner
	// #3594; at 4,096 bytes: localstack/localstack 8b9a79f0, TestLambdaSizeLimits, 25 November 2025).
	maxVariables = 4096
)

// reservedVariables can't be set for a function. Every other name is the user's, of those that begin with AWS_ or LAMBDA_
// too (Lambda guide, "Defined runtime environment variables"). Two more begin with _, which no name may.
var reservedVariables = []string{
	"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV",
	"AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
	"AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_INITIALIZATION_TYPE",
	"AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_METADATA_API", "AWS_LAMBDA_METADATA_TOKEN", "AWS_LAMBDA_MAX_CONCURRENCY",
	"AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
	"LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
}

// functions refuses settings of a function that no route names, and variables that Lambda would refuse.
func (c *checker) functions() {
	used := c.written.API.Routes.functions()
	for _, name := range slices.Sorted(maps.Keys(c.written.Functions)) {
		path := keyPath("functions", string(name))
		switch {
		case name == rotationFunction:
			c.report(path, quote(string(name))+" rotates the clients' secrets and has no settings", "remove it")
		case !slices.Contains(used, string(name)):
			c.report(path, "no route names the function "+quote(string(name)), c.didYouMean(string(name), used))
		}
		c.variables(path+".environment", c.written.Functions[name].Environment)
	}
}

func (c *checker) variables(path string, written variables) {
	for _, name := range slices.Sorted(maps.Keys(written)) {
		value := string(written[name])
		if slices.Contains(reservedVariables, string(name)) {
			c.report(keyPath(path, string(name)), "is a name that Lambda reserves", "rename it")
		}
		if strings.Contains(value, "{{resolve:") {
			c.report(keyPath(path, string(name)), "would put a stored value into the function's settings, which everyone can read",
				"let the function read it when it starts")
		}
	}
	if size := measured(written); size > maxVariables {
		c.report(path, fmt.Sprintf("has %d bytes as JSON, which is how Lambda measures it, and at most %d are allowed", size, maxVariables),
			"shorten names and values, or keep large values in a file of the code")
	}
}

// measured is the length of variables as a JSON object, in bytes.
func measured(written variables) int {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(written) // texts always can be
	return len(strings.TrimSuffix(text.String(), "\n"))
}

// tags refuses keys that belong to somebody else.
func (c *checker) tags() {
	for _, key := range slices.Sorted(maps.Keys(c.written.Tags)) {
		path := keyPath("tags", string(key))
		switch lower := strings.ToLower(string(key)); {
		case strings.HasPrefix(lower, "aws:"):
			c.report(path, "begins with aws:, which AWS reserves", "rename it")
		case strings.HasPrefix(lower, naming.TagPrefix):
			c.report(path, "begins with "+naming.TagPrefix+", which this project reserves", "rename it")
		}
	}
}

// recipients refuses topics that an alarm can't reach: it notifies in its own Region.
func (c *checker) recipients() {
	for i, written := range c.written.Alarms.Recipients {
		if topic := written.topicRegion(); topic != "" && c.written.Region != "" && topic != c.written.Region {
			c.report(indexPath("alarms.recipients", i), "the topic is in "+string(topic)+", the environment in "+string(c.written.Region),
				"alarms notify topics of their own Region")
		}
	}
}
