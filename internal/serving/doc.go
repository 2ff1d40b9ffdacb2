// Package serving is what both kinds of run have and serve: a Run has the settings, the folder and
// the state, and serves each Environment, its user pool, HTTP API, functions and secrets, with
// AWS's own APIs in front.
//
// It owns how the parts of an environment meet: it turns what assembly has read of the templates
// into what cognito, gateway, function, secretsmanager and awsapi are made of. What each of them
// does is theirs. When something is served, and what takes its place, is the run's: package local
// has the run that follows an assembly, package rehearsal the run that stacks are deployed into.
// What survives a restart is package state's, and the folder that it lies in is package run's.
//
// It never imports stacks or config and never reads environments/: it knows the system only through
// templates, which is what makes a local run evidence about the thing that gets deployed.
//
// The order in which to read it: config and run, what every run has; environment, the resources of
// one environment; userpool, httpapi, functions, variables and secrets, which serve them;
// permissions, what functions may do; awsapi; description, what callers are told; accepted, what a
// run does without.
package serving
