package serving

import (
	"fmt"
	"net/http"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/listener"
	"cognito-m2m/internal/requester"
)

// Services are AWS's services that answer in a run, with what each kind of run has of its own.
type Services struct {
	UserPools, Secrets awsapi.JSONCaller
	Stacks             awsapi.QueryCaller
	// JSON and REST are further ones.
	JSON []awsapi.JSONService
	REST []awsapi.RESTService
	// Permissions decide what functions may do; nil: everything.
	Permissions requester.Authorizer
	// Elsewhere is as in awsapi.Config.
	Elsewhere string
}

// NewAWSAPI serves what callers and operators need of AWS's own APIs. accountID is the account of
// the run's access key.
func (r *Run) NewAWSAPI(accountID string, services Services) (http.Handler, error) {
	if services.Elsewhere != "" {
		r.Parameters.RefuseBootstrap(services.Elsewhere)
	}
	key := r.State.AccessKey()
	config := awsapi.Config{
		JSON: append([]awsapi.JSONService{
			{TargetPrefix: "AWSCognitoIdentityProviderService", SigningName: "cognito-idp", Caller: services.UserPools},
			{TargetPrefix: "secretsmanager", SigningName: "secretsmanager", Caller: services.Secrets},
			{TargetPrefix: "AmazonSSM", SigningName: "ssm", Caller: r.Parameters},
		}, services.JSON...),
		Query: []awsapi.QueryService{
			{APIVersion: "2010-05-15", SigningName: "cloudformation", Namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/", Caller: services.Stacks},
			{APIVersion: "2011-06-15", SigningName: "sts", Namespace: "https://sts.amazonaws.com/doc/2011-06-15/", Caller: r.identities},
		},
		REST:      services.REST,
		AccessKey: awsapi.AccessKey{ID: key.ID, Secret: string(key.Secret)},
		Identity:  r.identity(accountID),
		Sessions:  r.identities,
		Elsewhere: services.Elsewhere,
		Log:       r.Log,
	}
	if services.Permissions != nil {
		config.Authorizer = &Denials{Authorizer: services.Permissions, Report: r.Report}
	}
	handler, err := awsapi.New(config)
	if err != nil {
		return nil, fmt.Errorf("serving AWS's APIs: %w", err)
	}
	return listener.ByAddress(handler), nil
}

// identity is the user whose access key the run has.
//
// Parity: STS: who asks
func (r *Run) identity(accountID string) requester.Requester {
	return requester.Requester{
		AccountID: accountID,
		ARN:       "arn:aws:iam::" + accountID + ":user/m2m-" + r.Env,
		UserID:    "AIDAM2MLOCALRUN000000",
	}
}
