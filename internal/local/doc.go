// Package local is the composition root of the local runtime: a cloud assembly or deployed stacks
// in, running listeners out, and a Close that leaves nothing behind.
//
// There are two kinds of run. A Runtime serves one assembly, until another one takes its place. A
// Rehearsal starts with nothing deployed and serves the stacks that are deployed into it, step by
// step: it is the provider of an engine of stacks (package cloudformation/engine).
//
// It owns the listeners, and how the parts meet: assembly gives the typed model, cognito and
// gateway serve it, function runs the compiled code. What each of them does is theirs. What
// survives a restart is package state's, and the folder that it lies in is package run's. What is
// there between two steps of a deployment is package partial's. It never imports stacks or config
// and never reads environments/: it knows the system only through templates, which is what makes a
// local run evidence about the thing that gets deployed.
//
// The order in which to read it: config; server and handler, a listener; served, userpool, httpapi,
// functions, functionenv, secrets and unsupported, what both kinds of run serve; then a Runtime:
// runtime, deployment, awsapi, apply, changes and description; then a Rehearsal: rehearsal;
// evaluate and provider, what the engine asks for; site and sitemodel, one account and Region;
// siteapi and uploads, AWS's own APIs.
package local
