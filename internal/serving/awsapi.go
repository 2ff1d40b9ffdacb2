package serving

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"cognito-m2m/internal/awsapi"
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
	return byAddress(handler), nil
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

// byAddress serves requests whose Host is an address of this machine, or a name that no one else
// can hold, and refuses others with 421 (RFC 9110 section 15.5.20). A web page could point its own
// name at 127.0.0.1 and so be of the same origin; without the access key it reads no secret, and
// here it reads nothing.
//
// Parity: AWS API: only asked by address
func byAddress(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isAddress(r.Host) {
			http.Error(w, "ask for this server by its address: http://127.0.0.1 or localhost, with the port", http.StatusMisdirectedRequest)
			return
		}
		handler.ServeHTTP(w, r)
	})
}

// localNames are names of this machine: for itself, and for containers on it.
var localNames = []string{"localhost", "host.docker.internal"}

func isAddress(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	return net.ParseIP(name) != nil || slices.Contains(localNames, strings.ToLower(name))
}
