// Package rehearse rehearses deployments: a run that starts empty, what deploys into it (the pinned
// CDK CLI, CloudFormation clients, the steps of the shipped workflows), and callers that go on all
// the time. What a deployment does is seen from outside, as callers see it: ids, secrets, tokens
// and answers. `make rehearse` runs it, with assemblies that other tests have synthesized.
package rehearse
