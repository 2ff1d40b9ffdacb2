package lambdaauth

import (
	"encoding/json"
	"time"

	"cognito-m2m/internal/policy"
)

// Request is what an answer is asked about.
type Request struct {
	// RouteARN is the routeArn of the request's event: its method and path in a stage of the API.
	RouteARN string
	// AccountID is the API's.
	AccountID           string
	SourceIP, UserAgent string
	Time                time.Time
}

// Allows says whether the answer lets a request in. A simple response lets in every request that it
// holds for, or none. A policy has to allow the route.
func (a *Answer) Allows(r Request) bool {
	if a.policy == nil {
		return a.authorized
	}
	return policy.Evaluate(policy.Request{
		Principal: policy.Principal{ARN: "arn:aws:iam::" + r.AccountID + ":user/" + a.principal},
		Action:    "execute-api:Invoke",
		Resource:  r.RouteARN,
		Keys:      r.keys(),
		Time:      r.Time,
	}, policy.Policies{Identity: []*policy.Document{a.policy}}).Allowed
}

// keys are those that a request without an identity in AWS can have. Those of the principal are
// taken away again, because there is no such user: it stands for whom the function recognized.
//
// Parity: Lambda authorizer: condition keys of a policy
func (r Request) keys() map[string][]string {
	return map[string][]string{
		"aws:SourceIp": {r.SourceIP}, "aws:UserAgent": {r.UserAgent},
		"aws:PrincipalArn": nil, "aws:PrincipalAccount": nil, "aws:PrincipalType": nil,
		"aws:PrincipalIsAWSService": nil, "aws:ResourceAccount": nil, "aws:username": nil,
	}
}

// readPolicy reads the form with a policy, of which only the context may be missing.
//
// Parity: Lambda authorizer: policies that are not understood
func (a *Answer) readPolicy(members map[string]json.RawMessage) error {
	if err := json.Unmarshal(members["principalId"], &a.principal); err != nil || a.principal == "" {
		return FormatError{"'principalId' is not a text"}
	}
	raw := members["policyDocument"]
	if raw == nil {
		return FormatError{"There is no 'policyDocument'"}
	}
	document, err := policy.Parse(policy.IdentityPolicy, "policyDocument", []byte(raw))
	if err != nil {
		return FormatError{err.Error()}
	}
	a.policy = document
	return nil
}
