// Package synth runs the project's CDK app as a child process, the way the CDK command line would:
// the build and app commands of cdk.json, with its context. The templates are those that `cdk
// deploy` would deploy.
//
// It owns finding the project, the child processes and their progress, and what a synth reads: a
// change of that is what makes the next one necessary. It does not import awscdk and knows nothing
// of what the app declares.
//
// # An app that stays
//
// Most of a synth is the start of jsii's kernel and of the CDK library. So a run that follows
// changes asks the app to stay, with the environment variable M2M_STAY. An app that does not know
// it synthesizes once and ends, as always. One that stays writes answers to the file descriptor
// that M2M_STAY names, and reads requests from standard input. Both are JSON, one object a line:
//
//	app:  {}                                                         I stay
//	m2m:  {"outdir": "/tmp/x/out", "context": {"env": "dev"}, "assets": true}
//	app:  {"warnings": ["environments/dev.yaml:17:5: odd"]}          it is synthesized
//	m2m:  {"validate": true}
//	app:  {}                                                         nothing was found
//
// A synth leaves out CDK's validation of templates; the request "validate" makes up for it, with
// the last synth's. outdir is the same each time, so that CDK finds the assets that it made before;
// "assets" says that their sources may have changed. "error" in an answer is a mistake in the
// project's files, and the app goes on. After a failure or a finding of CDK it ends with status 1,
// like an app that does not stay, and standard error says why. Any other end, or no answer, says
// nothing about the files: the synth is made again by an app that does not stay. The app ends when
// its standard input does.
package synth
