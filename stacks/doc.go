// Package stacks declares the AWS resources of one environment: an Identity
// stack (user pool, resource servers, domain) and an Api stack (app clients,
// functions, HTTP API, authorizer, routes, stage, log groups).
//
// It is the only package that declares resources, and it reads nothing but the
// config.Environment it is given: no files, no process environment, no network.
// Construct ids are deployed state. Renaming one that names the pool or an app
// client makes AWS replace it, with new ids and secrets for every caller.
package stacks
