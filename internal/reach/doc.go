// Package reach is one environment as its callers and operators reach it: the run on this machine,
// or the deployment on AWS. Both answer the same calls of the AWS SDK and differ only in how they
// are reached. One never leads to the other.
//
// It owns where an environment is reached, the state of a client's secret as Secrets Manager and
// Cognito tell it, the life of a rotation seen from outside, whether a rotation may begin, and
// which secret must go first. It does not own the steps of a rotation (lambda/rotate), how to get a
// token (package client), or what to say to a person about a refusal (cmd/m2m). It finds things by
// the names in package naming.
package reach
