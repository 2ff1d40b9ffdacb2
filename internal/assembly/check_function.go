package assembly

// environmentLimit is what the names and values of a function's variables may take in all. Those that Lambda adds do
// not count.
const environmentLimit = 4096 // bytes

func (b *builder) checkFunctions() {
	names := owners{}
	for _, f := range b.model.Functions {
		if other, taken := names.claim(f.Name, f.Resource); taken {
			b.fail(f.Resource, "FunctionName", "the function %q already exists, as %s: give one of them another name", f.Name, other)
		}
		size := 0
		for name, value := range f.Environment {
			size += len(name) + len(value)
		}
		if size > environmentLimit {
			b.fail(f.Resource, "Environment.Variables",
				"names and values take %d bytes, and Lambda allows %d: shorten them, or keep large values in a file of the code",
				size, environmentLimit)
		}
	}
}
