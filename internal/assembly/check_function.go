package assembly

import (
	"slices"
	"strings"
)

// environmentLimit is what a function's variables may take in all, as JSON text without blanks. Those that Lambda adds
// do not count.
//
// Source: measured on AWS, localstack/localstack 8b9a79f0, tests/aws/services/lambda_/test_lambda_api.py,
// TestLambdaSizeLimits (25 November 2025).
//
// Parity: Assembly: size of a function's variables
const environmentLimit = 4096 // bytes

func (b *builder) checkFunctions() {
	names := owners{}
	for _, f := range b.model.Functions {
		if other, taken := names.claim(f.Name, f.Resource); taken {
			b.fail(f.Resource, "FunctionName", "the function %q already exists, as %s: give one of them another name", f.Name, other)
		}
		if size := len(jsonOf(f.Environment)); size > environmentLimit {
			b.fail(f.Resource, "Environment.Variables",
				"names and values take %d bytes as JSON, and Lambda allows %d: shorten them, or keep large values in a file of the code",
				size, environmentLimit)
		}
	}
}

// checkFunction reports a function that a property names and the stage does not have, or cannot run. It returns whether
// the stage has it.
func (b *builder) checkFunction(r Resource, property, arn string) bool {
	if arn == "" {
		return false
	}
	isTarget := func(f Function) bool { return f.ARN == arn }
	index := slices.IndexFunc(b.model.Functions, isTarget)
	if index < 0 {
		b.fail(r, property, "the stage has no function %s", arn)
		return false
	}
	f := b.model.Functions[index]
	if f.Asset == nil {
		b.fail(f.Resource, "Code", "the function's code is not a directory among the assembly's assets, so it cannot be run here")
	}
	if !slices.Contains(osOnlyRuntimes, f.Runtime) {
		b.fail(f.Resource, "Runtime", "the runtime %q is not simulated; %s are", f.Runtime, strings.Join(osOnlyRuntimes, " and "))
	}
	if f.Handler == "" {
		b.fail(f.Resource, "Handler", "Runtime and Handler are mandatory parameters for functions created with deployment packages.")
	}
	return true
}

// osOnlyRuntimes are those whose code is an executable named bootstrap.
//
// Source: Lambda Developer Guide, "Lambda runtimes".
var osOnlyRuntimes = []string{"provided.al2023", "provided.al2"}
