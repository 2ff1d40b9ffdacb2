// Package openapi describes the HTTP API of an environment as an OpenAPI 3.1 document, for API
// clients, generators and validators.
//
// It owns the document's form, how API Gateway's routes become paths and operations, and how the
// answers that API Gateway makes itself are described. What the functions behind the routes take
// and answer is theirs, and so open. It does not own what an environment offers, see package
// offering.
//
// Sources: OpenAPI Specification 3.1.0; docs/aws-behaviour.md, section 4, for routes and answers.
package openapi
