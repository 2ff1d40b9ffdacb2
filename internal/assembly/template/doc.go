// Package template evaluates the CloudFormation templates of stacks that are deployed together: parameters, mappings,
// conditions, intrinsics, exports and imports, and the properties of resources.
//
// It owns the language of templates, the form of a problem, and who refuses what. It does not own resource types and ids:
// the caller hands in a table of types (Options.Types) and a source of ids (Options.IDs). It reads no file and calls
// nothing, and what it is given it leaves as it is.
//
// The files in the order in which to read them: evaluation, what goes in and comes out; scope, a template taken apart,
// with parameters, mappings and outputs; resource, its type and attributes, ids; reading, a property checked against its
// schema, which is in property; resolve, a value with its intrinsics, in intrinsics, reference, sub and conditions;
// cycles; then what all of them use: cell, place, problem, budget.
//
// Sources: the AWS CloudFormation template reference, and what templates were seen to be refused for, see Refuser.
package template
