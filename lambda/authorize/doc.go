// Command authorize is the Lambda authorizer of an HTTP API with more clients than a JWT authorizer
// may have: type REQUEST, payload format 2.0, simple responses. It lets in whoever has a token of
// the user pool with a scope of the route, unless the client has been refused. The pool is the list
// of clients: only its app clients get tokens from it.
//
// It owns what is demanded of a token beyond what a JWT authorizer demands: RS256, token_use,
// client_id, one of the route's scopes, a client that is not refused. It does not own the checks
// that both make (package internal/jwtauth), how a signature is verified (go-jose), who refuses a
// client (m2m), or how long API Gateway remembers an answer.
//
// Whatever is in doubt is refused: isAuthorized is false, and a line in the log says why, with
// client and route and never with a token. Only an answer that could not be made is an error, for
// which API Gateway answers 500.
//
// # How it is deployed
//
// The identity sources must be "$request.header.Authorization" and "$context.routeKey", and no
// others. API Gateway remembers an answer for their values: without the route, what is allowed on
// one route would be allowed on all.
//
//   - ISSUER is the pool's issuer, as the claim iss has it.
//   - JWKS_URI is left out: the keys are those at the issuer. m2m up sets it.
//   - REFUSED_PATH is "/m2m/<env>/refused/". A parameter of Systems Manager there, named after a
//     client id, refuses that client; its value means nothing.
//   - scopes.json, beside the program, has the scopes of every route by its key:
//     {"GET /orders": ["orders/read"], "ANY /any-client": []}. A token needs one of them, or, of an
//     empty list, none. A route that is not there is refused.
//
// Its role needs this, logs:CreateLogStream and logs:PutLogEvents on its own log group, and nothing
// else. The path in the ARN has no slash at its end, as in the request:
//
//	{"Effect": "Allow", "Action": "ssm:GetParametersByPath",
//	 "Resource": "arn:<partition>:ssm:<region>:<account>:parameter/m2m/<env>/refused"}
//
// The parameters are of type String, so no key is needed. The timeout should be API Gateway's own,
// 10 seconds: a call reads keys and list at most once each, for up to 2 and 6 seconds. A request
// for the list brings 10 ids, so hundreds of them can be read in that time, and not thousands.
//
// # How current it is
//
// Keys are read again after an hour, and for a key id that they do not have, at most once a minute;
// while they can't be read, the last ones count. The list of refused clients is read at most every
// 30 seconds. If it can't be read, the last one counts until it is five minutes old, and then
// everything is refused. A process that has never read it refuses everything.
//
// Source: API Gateway developer guide, "Control access to HTTP APIs with AWS Lambda authorizers";
// Systems Manager API reference, GetParametersByPath; Amazon Cognito developer guide, "Verifying
// JSON web tokens". That the resource of GetParametersByPath is the path as it was requested:
// aws-ia/terraform-aws-control_tower_account_factory, issue 174.
package main
