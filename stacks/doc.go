// Package stacks declares the AWS resources of one environment: an Identity stack (user pool,
// resource servers, domain) and an Api stack (app clients, their secrets and rotation, functions,
// HTTP API, authorizer, routes, stage, log groups, and the alarms, saved queries and dashboard that
// watch them). AddDelivery declares the stack of the roles that deploy them.
//
// It is the only package that declares resources. It is given its config.Environment, and who
// builds the functions.
//
// Construct ids are deployed state. Renaming one that names the pool, an app client or the API
// makes AWS replace it, with new ids, secrets or URLs for every caller. What users name (clients,
// functions, routes, resource servers) has a separate scope, so that no name can collide with
// another construct's.
package stacks
