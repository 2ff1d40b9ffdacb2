package assembly

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
