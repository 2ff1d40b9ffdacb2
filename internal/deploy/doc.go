// Package deploy does, right before `cdk deploy`, what the CDK CLI leaves undone: it lifts
// termination protection from stacks that were never created, and finds the alarm that rolls an
// update back. It assumes the roles that the CLI uses for the same stacks, as the cloud assembly
// names them.
//
// It owns which stacks of a deployment need something and the AWS calls for it. It does not own the
// deployment itself (the CDK CLI does) or the reading of assemblies (internal/assembly does).
//
// Sources: CloudFormation API reference, DescribeStacks, UpdateTerminationProtection and
// RollbackConfiguration; the CDK CLI 2.1148.1, which switches termination protection on before it
// executes a change set, and deletes a stack whose creation failed before it makes it again.
package deploy
