// Package change says what differs between two versions of an environment's templates, without
// judging it.
//
// It owns the facts: how a value is shown and which values are hidden, what a value refers to,
// which resource of one version is which of the other, and which values differ. It does not own
// what a difference means: what CloudFormation replaces, what a reviewer has to see and the report
// are package diff's. It resolves nothing: a value is compared as it is declared, so a change of a
// parameter's value shows as a change of the parameter alone.
//
// Each file uses only those before it: value, shorten, template, reference, difference, identity,
// match, element, compare.
//
// Sources: the template anatomy and the intrinsic function reference in the CloudFormation User
// Guide.
package change
