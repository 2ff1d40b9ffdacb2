package gateway

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"cognito-m2m/internal/httpapi"
)

// logValue is the value of the variable of a $context name, "" if it has none. The names without a
// value here are of IAM, mutual TLS and custom domains.
func logValue(x *exchange, name string) string {
	if claim, ok := strings.CutPrefix(name, httpapi.ClaimVariable); ok {
		return loggable(x.claims.Text(claim))
	}
	if variable, ok := requestVariables[name]; ok {
		return loggable(variable(x))
	}
	if variable, ok := responseVariables[name]; ok {
		return loggable(variable(x))
	}
	if property, ok := strings.CutPrefix(name, "authorizer."); ok && x.answer != nil {
		return loggable(x.answer.Text(property))
	}
	if name == "error.messageString" && x.refusal != nil {
		return `"` + loggable(x.refusal.message) + `"`
	}
	return ""
}

// requestVariables are those that can have a value here before a request is authorized, by their
// name after "$context.".
var requestVariables = map[string]func(x *exchange) string{
	"requestId":         func(x *exchange) string { return x.id },
	"extendedRequestId": func(x *exchange) string { return x.id },
	"requestTime":       func(x *exchange) string { return clfTime(x.received) },
	"requestTimeEpoch":  func(x *exchange) string { return strconv.FormatInt(x.received.UnixMilli(), 10) },
	"httpMethod":        func(x *exchange) string { return x.request.Method },
	"path":              func(x *exchange) string { return x.path },
	"routeKey":          func(x *exchange) string { return x.routeKey() },
	"protocol":          func(x *exchange) string { return protocol },
	"stage":             func(x *exchange) string { return x.stage.name },
	"apiId":             func(x *exchange) string { return x.api.ID },
	"accountId":         func(x *exchange) string { return x.api.AccountID },
	"domainName":        func(x *exchange) string { return httpapi.Host(x.api.ID, x.api.Region) },
	"domainPrefix":      func(x *exchange) string { return x.api.ID },

	"identity.sourceIp":  func(x *exchange) string { return x.sourceIP },
	"identity.userAgent": func(x *exchange) string { return x.request.UserAgent() },
}

// responseVariables are those that have one only then. What else a Lambda authorizer's context
// has, before or after a refusal, can stand under authorizer as well.
//
// Parity: Access log: dataProcessed
// Parity: Access log: context of a refusal
var responseVariables = map[string]func(x *exchange) string{
	"authorizer.error":       func(x *exchange) string { return x.refused().authorizerError },
	"authorizer.principalId": func(x *exchange) string { return x.principalID() },

	"dataProcessed":      func(x *exchange) string { return strconv.Itoa(len(x.body) + x.sentBytes()) },
	"status":             func(x *exchange) string { return strconv.Itoa(x.reply.status) },
	"responseLength":     func(x *exchange) string { return strconv.Itoa(x.sentBytes()) },
	"responseLatency":    func(x *exchange) string { return milliseconds(x.latency) },
	"error.message":      func(x *exchange) string { return x.refused().message },
	"error.responseType": func(x *exchange) string { return x.errorResponseType() },

	"integration.error":             func(x *exchange) string { return x.integrationError() },
	"integrationErrorMessage":       func(x *exchange) string { return x.integrationError() },
	"integration.latency":           func(x *exchange) string { return x.integrationLatency() },
	"integrationLatency":            func(x *exchange) string { return x.integrationLatency() },
	"integration.integrationStatus": func(x *exchange) string { return statusText(x.invocation.lambdaStatus) },
	"integrationStatus":             func(x *exchange) string { return statusText(x.invocation.lambdaStatus) },
	"integration.status":            func(x *exchange) string { return statusText(x.invocation.status) },
	"integration.requestId":         func(x *exchange) string { return x.invocation.requestID },
	"awsEndpointRequestId":          func(x *exchange) string { return x.invocation.requestID },
}

func (x *exchange) principalID() string {
	if x.answer == nil {
		return ""
	}
	return cmp.Or(x.answer.PrincipalID(), x.answer.Text("principalId"))
}

// refused is the exchange's refusal, an empty one if there is none.
func (x *exchange) refused() refusal {
	if x.refusal == nil {
		return refusal{}
	}
	return *x.refusal
}

// sentBytes is the length of the body that goes to the caller (RFC 9110 section 6.4.1).
func (x *exchange) sentBytes() int {
	if x.request.Method == http.MethodHead || !allowsBody(x.reply.status) {
		return 0
	}
	return len(x.reply.body)
}

func (x *exchange) errorResponseType() string {
	if x.refusal == nil {
		return ""
	}
	return x.refusal.responseType()
}

func (x *exchange) routeKey() string {
	if x.route == nil {
		return ""
	}
	return x.route.key
}

// Parity: Access log: text of an integration error
func (x *exchange) integrationError() string {
	if x.invocation.err == nil {
		return ""
	}
	return x.invocation.err.Error()
}

func (x *exchange) integrationLatency() string {
	if x.event == nil {
		return ""
	}
	return milliseconds(x.invocation.latency)
}

// statusText is a status's, "" for one that never came.
func statusText(status int) string {
	if status == 0 {
		return ""
	}
	return strconv.Itoa(status)
}

func milliseconds(d time.Duration) string {
	return strconv.FormatInt(d.Milliseconds(), 10)
}
