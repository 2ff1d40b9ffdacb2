package httpapi

import "time"

// Limits of HTTP APIs in bytes, from API Gateway's quotas page.
const (
	MaxHeaderBytes    = 10_240   // request line and all header lines together
	MaxBodyBytes      = 10 << 20 // request body
	MaxLogFormatBytes = 3 << 10  // access log template
)

// Limits of HTTP APIs in numbers, from the same page: those that no account can have raised.
//
// Parity: Limits: quotas that can be raised
const (
	MaxIntegrations   = 300
	MaxStageVariables = 100
	MaxAudiences      = 50 // of one authorizer
	MaxScopes         = 10 // on one route
)

// The timeout of an integration in milliseconds; the most is the default too.
//
// Source: API Gateway V2 API reference, Integration.
const (
	MinTimeoutMillis = 50
	MaxTimeoutMillis = 30_000
)

// What Lambda authorizers may take: how long one has to answer, from the quotas page, and how many
// seconds its answer can be remembered.
//
// Source: API Gateway V2 API reference, Authorizers.
const (
	AuthorizerTimeout          = 10 * time.Second
	MaxAuthorizerResultSeconds = 3600
)

// DefaultStage is the name of the stage that serves paths without a stage's name.
const DefaultStage = "$default"

// StageName is the pattern of a stage's name.
const StageName = `^(\$default|[A-Za-z0-9_-]{1,128})$`
