// Package kernel sets up the Node that jsii's kernel runs in, and with it the CDK library.
package kernel

import "os"

// markingOption has V8 mark garbage on the thread that makes it. CDK's validator is WebAssembly,
// whose memory grows in many steps, and each step begins a collection of all that Node holds. With
// threads that mark meanwhile, which is V8's default, they take half of a synth's processor time.
// NODE_OPTIONS can't have the option itself, so Node sets it when it starts.
const markingOption = `--import=data:text/javascript,import{setFlagsFromString}from%22node:v8%22;setFlagsFromString(%22--no-concurrent-marking%22)`

// heapOption is what jsii gives Node, unless NODE_OPTIONS is set.
const heapOption = "--max-old-space-size=4069"

// Tune sets the options of the Node that jsii will start from now on, in NODE_OPTIONS. It keeps
// those that are there.
func Tune() error {
	options, isSet := os.LookupEnv("NODE_OPTIONS")
	if !isSet {
		options = heapOption
	}
	return os.Setenv("NODE_OPTIONS", options+" "+markingOption)
}
