// Package lambdaapi is the part of Lambda's API by which the CDK CLI swaps the code of a function
// without a deployment (hotswap), and by which scripts look at a function: GetFunction,
// GetFunctionConfiguration and UpdateFunctionCode.
//
// It owns paths, parameters, names of functions and the shape of answers. It does not own the
// functions (interface Functions), how they run (package function), or the wire protocol and
// signatures (package awsapi).
//
// Source: the Lambda API's model and its documentation in the AWS SDK.
package lambdaapi
