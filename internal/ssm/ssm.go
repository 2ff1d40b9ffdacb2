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

// Call runs an operation of the SSM API on the JSON of its input. The error is an *Error.
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
	value, ok := p.Value(request.Name)
	if !ok {
		return nil, &Error{"ParameterNotFound", ""}
	}
	who := requester.From(ctx)
	return struct{ Parameter parameter }{parameter{
		ARN:  "arn:" + partition.Of(who.Region) + ":ssm:" + who.Region + ":" + who.AccountID + ":parameter" + request.Name,
		Name: request.Name, Type: "String", DataType: "text", Value: value, Version: 1,
	}}, nil
}
