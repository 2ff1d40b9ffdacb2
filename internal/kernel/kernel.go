// Package kernel sets up the Node that jsii's kernel runs in, and with it the CDK library. Whoever
// imports it has that done: jsii takes the environment variables for Node when it is initialized.
// That is after this package, which has hardly any imports and a path before jsii's, and Go
// initializes packages in the order of their paths as far as their imports let it. See
// findings/jsii-go-copies-the-environment-at-init.sh.
package kernel

import "os"

// markingOption has V8 mark garbage on the thread that makes it. CDK's validator is WebAssembly,
// whose memory grows in many steps, and each step begins a collection of all that Node holds. With
// threads that mark meanwhile, which is V8's default, they take a third of a synth's processor
// time. NODE_OPTIONS can't have the option itself, so Node sets it when it starts.
const markingOption = `--import=data:text/javascript,import{setFlagsFromString}from%22node:v8%22;setFlagsFromString(%22--no-concurrent-marking%22)`

// heapOption is what jsii gives Node, unless NODE_OPTIONS is set.
const heapOption = "--max-old-space-size=4069"

func init() {
	options, isSet := os.LookupEnv("NODE_OPTIONS")
	_ = os.Setenv("NODE_OPTIONS", with(options, isSet)) // a name without "=", which can be set
}

// with adds the options to those that the user has set.
func with(options string, isSet bool) string {
	if !isSet {
		options = heapOption
	}
	return options + " " + markingOption
}
