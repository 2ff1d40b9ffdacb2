package ssm

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"cognito-m2m/internal/cdkbootstrap"
	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/requester"
)

type operation func(ctx context.Context, input []byte) (any, error)

// Call runs an operation of the SSM API on the JSON of its input. The error is an *Error, or a
// *requester.DeniedError. Each operation needs the action of its name, on the parameter;
// GetParametersByPath on the path as it was asked for.
//
// Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS Systems
// Manager"; for the path: aws-ia/terraform-aws-control_tower_account_factory #174.
//
// Parity: SSM: operations
func (s *Store) Call(ctx context.Context, name string, input []byte) (output any, err error) {
	operations := map[string]operation{
		"DeleteParameter":     decoding(s.deleteParameter),
		"GetParameter":        decoding(s.getParameter),
		"GetParametersByPath": decoding(s.getParametersByPath),
		"PutParameter":        decoding(s.putParameter),
	}
	run, ok := operations[name]
	if !ok {
		names := slices.Sorted(maps.Keys(operations))
		return nil, &Error{"UnknownOperationException", fmt.Sprintf("Operation %q is not simulated; there are %s.", name, strings.Join(names, ", "))}
	}
	return run(ctx, input)
}

// decoding decodes the input for an operation. The decoder's own error can quote the input, so it
// is not passed on.
func decoding[In, Out any](operate func(context.Context, In) (Out, error)) operation {
	return func(ctx context.Context, input []byte) (any, error) {
		var in In
		if json.Unmarshal(input, &in) != nil {
			return nil, &Error{"SerializationException", "The request is not a JSON object of the operation's shape"}
		}
		return operate(ctx, in)
	}
}

// require asks whether the requester may do something, and where that is.
func require(ctx context.Context, action, name string, keys map[string][]string) (at partition.Place, bare string, err error) {
	who := requester.From(ctx)
	at, arn, bare := located(name, partition.Place{AccountID: who.AccountID, Region: who.Region})
	return at, bare, requester.Require(ctx, requester.Access{Action: "ssm:" + action, Resource: arn, Keys: keys})
}

// said is a condition key with what a request says.
//
// Parity: SSM: condition keys
func said(key string, value *bool) map[string][]string {
	if value == nil {
		return nil
	}
	return map[string][]string{key: {strconv.FormatBool(*value)}}
}

// parameter is what the API tells of a parameter.
type parameter struct {
	ARN              string
	DataType         string
	LastModifiedDate *float64 `json:",omitempty"` // seconds since 1970
	Name             string
	Type             string
	Value            string
	Version          int64
}

func (k kept) describe(at partition.Place, name string) parameter {
	described := parameter{ARN: arnOf(name, at), DataType: "text", Name: name, Type: "String", Value: k.Value, Version: k.Version}
	if !k.Modified.IsZero() {
		described.LastModifiedDate = new(float64(k.Modified.UnixMilli()) / float64(time.Second/time.Millisecond))
	}
	return described
}

type nameInput struct {
	Name           string
	WithDecryption bool // has no effect on a String
}

type getParameterOutput struct{ Parameter parameter }

func (s *Store) getParameter(ctx context.Context, in nameInput) (*getParameterOutput, error) {
	if in.Name == "" {
		return nil, missing("name")
	}
	at, name, err := require(ctx, "GetParameter", in.Name, nil)
	if err != nil {
		return nil, err
	}
	if !namePattern.MatchString(name) {
		return nil, errName
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.noBootstrap != "" && cdkbootstrap.IsVersion(name) {
		return nil, &Error{"UnknownOperationException", s.noBootstrap}
	}
	found, ok := s.find(at, name)
	if !ok {
		return nil, errNotFound
	}
	return &getParameterOutput{found.describe(at, name)}, nil
}

func (s *Store) deleteParameter(ctx context.Context, in nameInput) (*struct{}, error) {
	if in.Name == "" {
		return nil, missing("name")
	}
	at, name, err := require(ctx, "DeleteParameter", in.Name, nil)
	if err != nil {
		return nil, err
	}
	if !namePattern.MatchString(name) {
		return nil, errName
	}
	if err := checkOwn(name); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.places[at][name]; !ok {
		return nil, errNotFound
	}
	return &struct{}{}, s.change(at, func(p parameters) { delete(p, name) })
}
