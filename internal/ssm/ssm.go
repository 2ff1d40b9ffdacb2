// Package ssm is the one parameter of AWS Systems Manager that a deployment asks for: the version
// of the CDK bootstrap.
//
// It owns the parameter. It does not own the wire protocol (package awsapi).
//
// Source: the SSM API's model and its documentation in the AWS SDK; the bootstrap template of the
// CDK CLI that package.json pins.
package ssm

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"cognito-m2m/internal/cdkbootstrap"
	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/requester"
)

// BootstrapVersion is that of the bootstrap template of the CDK CLI that package.json pins.
const BootstrapVersion = "33"

// Parameters answers for Systems Manager, in every account and Region.
type Parameters struct{}

// Error is a refusal that the API answers with.
type Error struct{ code, message string }

// Code returns the error's name in the API.
func (e *Error) Code() string { return e.code }

// Error returns the message that the caller reads.
func (e *Error) Error() string { return e.message }

type parameter struct {
	ARN      string
	DataType string
	Name     string
	Type     string
	Value    string
	Version  int
}

// Value is a parameter's value, in every account and Region; ok is false if there is none.
func (Parameters) Value(name string) (value string, ok bool) {
	if !cdkbootstrap.IsVersion(name) {
		return "", false
	}
	return BootstrapVersion, true
}

// Call runs an operation of the SSM API on the JSON of its input. The error is an *Error, or a
// *requester.DeniedError. GetParameter needs the action of its name, on the parameter.
//
// Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS Systems
// Manager".
//
// Parity: SSM: the bootstrap version
func (p Parameters) Call(ctx context.Context, operation string, input []byte) (output any, err error) {
	if operation != "GetParameter" {
		return nil, &Error{"UnknownOperationException", fmt.Sprintf("Operation %q is not simulated; there is GetParameter.", operation)}
	}
	var request struct {
		Name           string
		WithDecryption bool // has no effect on a String
	}
	if err := json.Unmarshal(input, &request); err != nil {
		return nil, &Error{"SerializationException", "The request is not a JSON object of the operation's shape"}
	}
	if request.Name == "" {
		return nil, &Error{"ValidationException", "1 validation error detected: Value at 'name' failed to satisfy constraint: Member must not be null"}
	}
	arn := arnOf(request.Name, requester.From(ctx))
	if err := requester.Require(ctx, requester.Access{Action: "ssm:GetParameter", Resource: arn}); err != nil {
		return nil, err
	}
	value, ok := p.Value(request.Name)
	if !ok {
		return nil, &Error{"ParameterNotFound", ""}
	}
	return struct{ Parameter parameter }{parameter{
		ARN:  arn,
		Name: request.Name, Type: "String", DataType: "text", Value: value, Version: 1,
	}}, nil
}

// arnOf is the ARN of a parameter, whose name may be one.
func arnOf(name string, who requester.Requester) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	return partition.Place{AccountID: who.AccountID, Region: who.Region}.ARN("ssm", "parameter/"+strings.TrimPrefix(name, "/"))
}
