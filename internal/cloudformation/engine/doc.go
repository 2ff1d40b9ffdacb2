// Package engine is CloudFormation without its wire: stacks, change sets and operations, with
// their events, in CloudFormation's order and words.
//
// It owns what is done to a stack in which order, what is kept of it, and what callers are told. It
// does not own what templates come to and what resources are: a Provider does. A stack is saved
// before each step and after it, so that an engine with the records of one that was killed goes on
// where that one was. A save is what has changed since the one before, and all of the stack only
// now and then.
//
// The order in which to read it: provider, the interface; stack and event, what there is; store and
// journal, how it is kept; engine; body, references, check and checkintrinsics, the text of
// templates; input, what requests say; request and changeset, what begins operations; operation,
// with order and exports; then the phases: forward, back and delete; symbolic and change, what a
// change set lists; drift.
//
// Sources: the CloudFormation user guide and API reference, and public recordings of its
// answers: localstack/localstack 8b9a79f0, tests/aws/services/cloudformation.
package engine
