// Package sts is AWS STS as far as scripts begin with it: GetCallerIdentity, which
// tells the account and who asks.
//
// It owns the answer's shape; who asks is the caller's to say. The wire protocol is
// the caller's, too.
//
// Source: the STS API's model and its documentation in the AWS SDK.
package sts
