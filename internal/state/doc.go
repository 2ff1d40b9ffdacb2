// Package state is what a run keeps for the next one: state.json in the run's folder.
//
// It owns the file's format, in types that are the file's alone: file.go has them, convert.go says
// what of Cognito and Secrets Manager goes where. It owns which id a resource of an assembly gets:
// the one that it had, or a new one. It does not own the folder, which is package run's, nor what
// ids, keys and secrets are used for.
//
// The shape of ids is AWS's; signing keys are JWKs (RFC 7517).
package state
