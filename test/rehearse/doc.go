// Package rehearse deploys into a run that starts empty, with the pinned CDK CLI, CloudFormation
// clients and the steps of the shipped workflows, while callers go on all the time. What a
// deployment does is seen from outside, as callers see it: ids, secrets, tokens and answers.
// `make rehearse` runs it, with assemblies that other tests have synthesized.
//
// The order in which to read it: run and outside, a run that reaches nothing else; cli and deploy,
// what deploys into it; callers and observe, what is seen of it; edits and outcomes, the edits of
// docs/changing-a-deployment.md; then a file for each thing that is rehearsed.
package rehearse
