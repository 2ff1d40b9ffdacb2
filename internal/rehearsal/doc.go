// Package rehearsal is the run that stacks are deployed into (m2m up --empty), in any number of
// accounts and Regions: it starts with nothing deployed, and serves what is there after each step.
//
// It is the provider of an engine of stacks (package cloudformation/engine), which decides what an
// operation does and in which order. Here is what a step comes to: what the templates say is
// package assembly's, what is there between two steps is package partial's, and how that is served
// is package serving's. The run that follows an assembly is package local's.
//
// The order in which to read it: rehearsal and records, a run and its engine; site, one account and
// Region; stack and templates, what is deployed there; evaluate, problems, provider and refusals,
// what the engine asks for; views, the environments of a site; change, with functions, userpools,
// secrets, httpapis and permissions, how they are served; awsapi, functionsapi and uploads, AWS's
// own APIs; announce, what others are told.
package rehearsal
