// Package config owns the environment files: it reads environments/*.yaml, fills in defaults and
// reports everything that is wrong with them, in one run, with file, line and column. delivery.yaml
// is read in the same way.
//
// Each file of the package holds one concept: its written form, whose comments become the
// descriptions of the JSON Schema and of docs/environment-file.md; its kinds of text and numbers
// with their rules; the form that stacks reads; and the rules between several values. A new key is
// at home in one of them.
//
// It does not own how YAML becomes Go values, which is strictyaml's, nor what becomes of an
// environment: package stacks turns it into CDK constructs. Nothing here imports awscdk or calls
// AWS.
//
// Source: limits and patterns are those of the Amazon Cognito and API Gateway references, named
// beside each rule. Schema and page are generated from the same types by this package's tests: go
// test ./config -run TestSchema -update
package config
