// Package iam decides what whoever signs a request may do in a run: it knows the policies of the
// roles in a model, and of its secrets, keys and functions.
//
// It owns which policies apply to a principal and a resource, those that AWS manages, and what is
// wrong with a function's role. It does not own how policies are evaluated (package policy), which
// action on which resource an operation needs (each service's own), or who signed a request
// (package awsapi).
//
// The order in which to read it: permissions, which answers; compile, which makes them of a model;
// managed, the policies of AWS's own; problem.
//
// Source: IAM user guide, "Policy evaluation logic"; AWS managed policy reference guide.
package iam
