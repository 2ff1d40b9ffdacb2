package cognito

import (
	"context"
	"encoding/json"
	"time"

	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/requester"
	"cognito-m2m/internal/userpool"
)

// apiRequest has the members of every operation's input; none means one thing here and another
// there.
type apiRequest struct {
	UserPoolID     string `json:"UserPoolId"`
	Identifier     string
	ClientID       string `json:"ClientId"`
	ClientSecret   *Secret
	ClientSecretID string `json:"ClientSecretId"`
	MaxResults     *int
	NextToken      *string

	input []byte // all of it, for an operation with members of its own
}

// operations are the operations of the user pool API that are served.
//
// Parity: User pool API: operations
var operations = map[string]func(s *Server, ctx context.Context, request apiRequest) (any, error){
	"DescribeUserPool":           (*Server).describeUserPool,
	"DescribeUserPoolClient":     (*Server).describeUserPoolClient,
	"ListUserPoolClients":        (*Server).listUserPoolClients,
	"DescribeResourceServer":     (*Server).describeResourceServer,
	"ListResourceServers":        (*Server).listResourceServers,
	"AddUserPoolClientSecret":    (*Server).addUserPoolClientSecret,
	"ListUserPoolClientSecrets":  (*Server).listUserPoolClientSecrets,
	"DeleteUserPoolClientSecret": (*Server).deleteUserPoolClientSecret,
	"UpdateUserPoolClient":       (*Server).updateUserPoolClient,
	"UpdateUserPool":             (*Server).updateUserPool,
	"DeleteUserPool":             (*Server).deleteUserPool,
}

// Call does one operation of the user pool API, such as DescribeUserPool: input is the request's
// JSON, and output encodes to the response's. Both have the shapes of the API reference; members of
// an input that an operation does not have are ignored. An error is an *APIError, or a
// *requester.DeniedError. Call is safe for concurrent use, also beside ServeHTTP, which sees a
// change of secrets as soon as Call returns.
//
// Parity: User pool API: throttling
func (s *Server) Call(ctx context.Context, operation string, input []byte) (output any, err error) {
	return Call(ctx, []*Server{s}, operation, input)
}

// Call is Server.Call where there are several user pools, or none: the operation is that of the
// pool that its input names.
func Call(ctx context.Context, servers []*Server, operation string, input []byte) (output any, err error) {
	do, ok := operations[operation]
	if !ok && operation != listUserPools {
		return nil, errUnknownOperation
	}
	var request apiRequest
	if err := json.Unmarshal(input, &request); err != nil {
		return nil, errMalformedInput // the cause could quote a secret
	}
	request.input = input
	if operation == listUserPools { // the one that names no pool
		if err := requester.Require(ctx, requester.Access{Action: signingName + ":" + operation, Resource: "*"}); err != nil {
			return nil, err
		}
		return listPools(servers, request)
	}
	if !isUserPoolID(request.UserPoolID) {
		return nil, invalidParameter("UserPoolId must be given and look like us-east-1_Ab1Cd2Ef3")
	}
	serving, arn := serverOf(servers, request.UserPoolID, requester.From(ctx))
	if err := requester.Require(ctx, requester.Access{Action: signingName + ":" + operation, Resource: arn}); err != nil {
		return nil, err
	}
	if serving != nil {
		return do(serving, ctx, request)
	}
	return nil, notFound("User pool " + request.UserPoolID + " does not exist.")
}

// signingName is Cognito's in signatures, and before its actions. An operation needs the action of
// its name, on the pool.
//
// Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon
// Cognito User Pools".
const signingName = "cognito-idp"

// serverOf is the server of a pool, nil if there is none, and the pool's ARN. The ARN of one that
// is not there is that of the requester's account and Region.
func serverOf(servers []*Server, poolID string, who requester.Requester) (serving *Server, arn string) {
	for _, s := range servers {
		if s.userPool.ID == poolID && s.userPool.ARN != "" {
			return s, s.userPool.ARN
		}
		if s.userPool.ID == poolID {
			serving = s
		}
	}
	return serving, partition.Place{AccountID: who.AccountID, Region: who.Region}.ARN(signingName, "userpool/"+poolID)
}

// client finds the client that a request names.
func (s *Server) client(request apiRequest) (*appClient, error) {
	if !userpool.IsClientID(request.ClientID) {
		return nil, invalidParameter("ClientId must be given and be 1 to 128 letters, digits, _ and +")
	}
	client, ok := s.clients[request.ClientID]
	if !ok {
		return nil, notFound("User pool client " + request.ClientID + " does not exist.")
	}
	return client, nil
}

// epochSeconds is a time as AWS's JSON has it: a number of seconds, to the millisecond.
type epochSeconds time.Time

// MarshalJSON writes the number.
func (e epochSeconds) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(time.Time(e).UnixMilli()) / 1000)
}

// APIError is an error of the user pool API. Its text is the message that the caller gets to see.
type APIError struct {
	code    string
	message string
}

// Code returns the name of the exception on AWS, such as ResourceNotFoundException.
func (e *APIError) Code() string { return e.code }

// Error returns the message, which never holds a secret.
func (e *APIError) Error() string { return e.message }

// Errors of the user pool API that say nothing of the request.
var (
	// What a caller that is not an SDK can send.
	errUnknownOperation = &APIError{"UnknownOperationException", "The user pool API has no such operation here"}
	errMalformedInput   = &APIError{"SerializationException", "The request is not a JSON object of the operation's shape"}

	errSecretLimit = &APIError{"LimitExceededException", "The client has two secrets, and can't have more: delete one first"}
	// Parity: Client secrets: an id that is not the client's
	errNoSuchSecret = &APIError{"ResourceNotFoundException", "The client has no secret with this id"}
	// Parity: Client secrets: deleting the last
	errLastSecret = invalidParameter("It is the client's last secret, which can't be deleted: add another first")

	// The operations on secrets have this name for it, others InternalErrorException.
	errInternalServer = &APIError{"InternalServerException", "The user pool failed"}
	errInternalError  = &APIError{"InternalErrorException", "The user pool failed"}
)

func invalidParameter(message string) *APIError {
	return &APIError{"InvalidParameterException", message}
}

func notFound(message string) *APIError {
	return &APIError{"ResourceNotFoundException", message}
}
