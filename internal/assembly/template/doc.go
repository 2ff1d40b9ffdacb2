// Package template evaluates the CloudFormation templates of stacks that are deployed together:
// parameters, mappings, conditions, intrinsics, exports and imports, and the properties of
// resources.
//
// It owns the language of templates, the form of a problem, and who refuses what. It does not own
// resource types and ids: the caller hands in a table of types (Options.Types) and a source of ids
// (Options.IDs). It reads no file and calls nothing, and what it is given it leaves as it is.
//
// The order in which to read it: template, which takes templates apart; outputs, parameters,
// mappings, conditions, cycles; resource, with attribute and ids; reading, which checks properties
// against their schemas, and property and values, what goes into it and comes out; resolve, which
// works values out, with intrinsics, reference and sub; then what all of these use: scope, a
// template under evaluation, and evaluation, all of them, with atonce, which evaluates several at a
// time; place, problem and refuser; cell, node.
//
// Sources: the AWS CloudFormation template reference, and what templates were seen to be refused
// for, see Refuser.
package template
