package secretsmanager

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// operation is an operation of the API, from a request's JSON to a value that marshals to the
// response's.
type operation func(ctx context.Context, input []byte) (any, error)

func (s *Store) allOperations() map[string]operation {
	return map[string]operation{
		"BatchGetSecretValue":      decoding(s, s.batchGetSecretValue),
		"DescribeSecret":           decoding(s, s.describeSecret),
		"GetSecretValue":           decoding(s, s.getSecretValue),
		"ListSecrets":              decoding(s, s.listSecrets),
		"ListSecretVersionIds":     decoding(s, s.listSecretVersionIDs),
		"PutSecretValue":           decoding(s, s.putSecretValue),
		"RotateSecret":             decoding(s, s.rotateSecret),
		"UpdateSecretVersionStage": decoding(s, s.updateSecretVersionStage),
	}
}

// Call runs an operation of the Secrets Manager API, such as GetSecretValue. Input is the request's
// JSON; output marshals to the response's, in which dates are seconds since 1970. The error is an
// *Error, or a *requester.DeniedError. RotateSecret returns when the rotation has begun; it goes on
// after ctx ends.
func (s *Store) Call(ctx context.Context, name string, input []byte) (output any, err error) {
	run, ok := s.operations[name]
	if !ok {
		names := slices.Sorted(maps.Keys(s.operations))
		return nil, refuse(codeUnknownOperation, "Operation %q is not simulated; there are %s.", name, strings.Join(names, ", "))
	}
	return run(ctx, input)
}

// decoding decodes the input for an operation, and asks whether the requester may do it. The
// decoder's own error can quote the input, so it is not passed on.
func decoding[In input, Out any](s *Store, operate func(context.Context, In) (Out, error)) operation {
	return func(ctx context.Context, input []byte) (any, error) {
		var in In
		if json.Unmarshal(input, &in) != nil {
			return nil, refuse(codeSerialization, "The body is not the JSON of this operation's input.")
		}
		if err := s.permit(ctx, in); err != nil {
			return nil, err
		}
		return operate(ctx, in)
	}
}

// reference is what the operations that change a secret answer with.
type reference struct {
	ARN           string
	Name          string
	VersionID     string   `json:"VersionId,omitempty"`
	VersionStages []string `json:",omitempty"`
}

// epoch is a date on the wire: seconds since 1970, to the millisecond. A zero time is left out.
func epoch(t time.Time) *float64 {
	if t.IsZero() {
		return nil
	}
	seconds := float64(t.UnixMilli()) / 1000
	return &seconds
}

// validateToken refuses a token of a wrong length, and one that is left out with the operation's
// own code, as recorded from AWS: localstack/localstack 8b9a79f0,
// tests/aws/services/secretsmanager, test_no_client_request_token (12 May 2023).
//
// Parity: Secrets Manager: a ClientRequestToken of a wrong length
func validateToken(token, codeMissing string) error {
	if token == "" {
		return refuse(codeMissing, messageNoToken)
	}
	if len(token) < 32 || len(token) > 64 {
		return refuse(codeInvalidParameter, "ClientRequestToken needs 32 to 64 characters, such as a UUID.")
	}
	return nil
}
