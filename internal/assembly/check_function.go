package assembly

import (
	"maps"
	"slices"
	"strings"

	"cognito-m2m/internal/lambdaenv"
)

// checkFunctions holds functions to what Lambda takes.
//
// Parity: Assembly: size of a function's variables
func (b *builder) checkFunctions() {
	names := owners{}
	for _, f := range b.model.Functions {
		if other, taken := names.claim(f.Name, f.Resource); taken {
			b.fail(f.Resource, "FunctionName", "the function %q already exists, as %s: give one of them another name", f.Name, other)
		}
		for _, name := range slices.Sorted(maps.Keys(f.Environment)) {
			if lambdaenv.Reserved(name) {
				b.fail(f.Resource, "Environment.Variables."+name, "Lambda reserves this name: choose another one")
			}
		}
		if size := lambdaenv.Size(f.Environment); size > lambdaenv.MaxSize {
			b.fail(f.Resource, "Environment.Variables",
				"names and values take %d bytes as JSON, and Lambda allows %d: shorten them, or keep large values in a file of the code",
				size, lambdaenv.MaxSize)
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
