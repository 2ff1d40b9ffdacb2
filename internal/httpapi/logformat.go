package httpapi

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// LogPart is a piece of an access log template: text that stands for itself, and then a variable.
type LogPart struct {
	Literal  string
	Variable string // its name after "$context."; "" in the last part
}

var variableReference = regexp.MustCompile(`\$context\.[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*`)

// ParseLogFormat takes the access log template of a stage apart. It refuses what AWS would refuse,
// and variables that HTTP APIs do not have; the error is a sentence about "the format".
//
// Source: API Gateway developer guide, "Customize HTTP API access logs".
func ParseLogFormat(template string) ([]LogPart, error) {
	if len(template) > MaxLogFormatBytes {
		return nil, fmt.Errorf("the format has %d bytes, and AWS allows %d", len(template), MaxLogFormatBytes)
	}
	if strings.ContainsAny(template, "\r\n") {
		return nil, errors.New("the format must be a single line")
	}
	var parts []LogPart
	hasRequestID := false
	position := 0
	for _, found := range variableReference.FindAllStringIndex(template, -1) {
		name := strings.TrimPrefix(template[found[0]:found[1]], "$context.")
		if !isLogVariable(name) {
			return nil, fmt.Errorf("the format has $context.%s, and HTTP APIs have no such variable", name)
		}
		hasRequestID = hasRequestID || name == "requestId" || name == "extendedRequestId"
		parts = append(parts, LogPart{Literal: template[position:found[0]], Variable: name})
		position = found[1]
	}
	if !hasRequestID {
		return nil, errors.New("the format needs $context.requestId or $context.extendedRequestId")
	}
	return append(parts, LogPart{Literal: template[position:]}), nil
}

// ClaimVariable is what the name of a variable begins with that is a claim of the token.
const ClaimVariable = "authorizer.claims."

func isLogVariable(name string) bool {
	return logVariables[name] || strings.HasPrefix(name, "authorizer.") || strings.HasPrefix(name, "identity.clientCert.")
}

// logVariables are the names after "$context.", but for those of authorizers and of client
// certificates. CDK puts resourcePath into its own formats although HTTP APIs have no resources.
var logVariables = setOf(`
	accountId apiId awsEndpointRequestId awsEndpointRequestId2 customDomain.basePathMatched dataProcessed domainName
	domainPrefix error.message error.messageString error.responseType extendedRequestId httpMethod identity.accountId
	identity.caller identity.cognitoAuthenticationProvider identity.cognitoAuthenticationType identity.cognitoIdentityId
	identity.cognitoIdentityPoolId identity.principalOrgId identity.sourceIp identity.user identity.userAgent
	identity.userArn integration.error integration.integrationStatus integration.latency integration.requestId
	integration.status integrationErrorMessage integrationLatency integrationStatus path protocol requestId requestTime
	requestTimeEpoch resourcePath responseLatency responseLength routeKey stage status`)

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}
