// Package synth runs the project's CDK app as a child process, the way the CDK command line would:
// the build and app commands of cdk.json, with its context. The templates are those that `cdk
// deploy` would deploy.
//
// It owns finding the project, the child processes and their progress, and what a synth reads: a
// change of that is what makes the next one necessary. It does not import awscdk and knows nothing
// of what the app declares.
package synth
