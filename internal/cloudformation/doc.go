// Package cloudformation is AWS CloudFormation for stacks that do not change: DescribeStacks, which
// returns their outputs, and two lists.
//
// It owns the shape of the answers. It does not own how stacks are made, or the wire protocol
// (package awsapi).
//
// Source: the CloudFormation API's model and its documentation in the AWS SDK.
package cloudformation
