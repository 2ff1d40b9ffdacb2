// Package cloudformation is the API of AWS CloudFormation: of an engine's stacks, which are
// deployed, and of the stacks of an assembly, which do not change.
//
// It owns the operations' parameters and the shape of the answers. It does not own how stacks are
// made (package engine), or the wire protocol (package awsapi).
//
// The order in which to read it: front, which operations there are; form, what requests say;
// stackoperations, changesets and drift, what changes a stack and what is told of it; stackanswers,
// events, resources and templates, the other answers; stacks, describestacks and lists, the stacks
// of an assembly and the elements that both have; error.
//
// Sources: the CloudFormation API's model and its documentation in the AWS SDK; what AWS answers in
// public recordings, localstack/localstack 8b9a79f0, tests/aws/services/cloudformation; what the
// CDK CLI 2.1148.1 sends.
package cloudformation
