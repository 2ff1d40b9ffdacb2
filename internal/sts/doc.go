// Package sts is the part of AWS STS that deployments and scripts begin with: GetCallerIdentity,
// which returns the account and the caller's identity, and AssumeRole, which returns temporary
// credentials for a role.
//
// It owns which roles can be assumed, and what temporary credentials are. It does not own who
// signed a request (package requester), or the wire protocol and signatures (package awsapi).
//
// Source: the STS API's model and its documentation in the AWS SDK; the bootstrap template of the
// CDK CLI for the roles.
package sts
