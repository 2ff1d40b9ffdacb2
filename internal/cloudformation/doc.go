// Package cloudformation is AWS CloudFormation for stacks that do not change: DescribeStacks, which tells
// their outputs, and two lists.
//
// It owns the answer's shape and nothing of how a stack came to be. The wire protocol is the caller's.
//
// Source: the CloudFormation API's model and its documentation in the AWS SDK.
package cloudformation
