// Package lambdaauth reads what the function of a Lambda authorizer answers, and remembers it.
//
// It owns the two forms of an answer, what is wrong with one that has neither, whether an answer
// lets a request in, and for how long and for which requests it holds. It does not own when the
// function is called, with which event, or what a refusal looks like on the wire (package gateway),
// nor the language of policies (package policy).
//
// Source: API Gateway developer guide, "Working with AWS Lambda authorizers for HTTP APIs";
// docs/parity.md lists what AWS leaves open.
package lambdaauth
