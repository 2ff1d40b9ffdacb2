// Package sts is the part of AWS STS that scripts begin with: GetCallerIdentity, which returns the
// account and the caller's identity.
//
// It owns the shape of the answer. It does not own the identity, which its user passes in, or the
// wire protocol (package awsapi).
//
// Source: the STS API's model and its documentation in the AWS SDK.
package sts
