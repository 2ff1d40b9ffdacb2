// Package bundle builds the functions of the CDK app for Lambda, before CDK asks for them.
//
// It owns how a deployed function is built, and that the same source gives the same bytes. It does
// not own which functions there are, nor the asset that a binary becomes: both are those of stacks.
package bundle
