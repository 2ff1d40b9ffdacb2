package local

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/cloudformation"
	"cognito-m2m/internal/requester"
	"cognito-m2m/internal/sts"
)

// newAWSAPI serves what callers and operators need of AWS's own APIs.
func (r *Runtime) newAWSAPI(d *deployment) (http.Handler, error) {
	stacks, err := cloudformation.New(r.stacksOf(d.resources.model))
	if err != nil {
		return nil, fmt.Errorf("serving the stacks: %w", err)
	}
	identities, err := sts.New(sts.Config{Secret: r.state.AccessKey().Secret})
	if err != nil {
		return nil, fmt.Errorf("serving STS: %w", err)
	}
	handler, err := awsapi.New(awsapi.Config{
		JSON: []awsapi.JSONService{
			{TargetPrefix: "AWSCognitoIdentityProviderService", SigningName: "cognito-idp", Caller: d.pool},
			{TargetPrefix: "secretsmanager", SigningName: "secretsmanager", Caller: d.secrets},
		},
		Query: []awsapi.QueryService{
			{APIVersion: "2010-05-15", SigningName: "cloudformation", Namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/", Caller: stacks},
			{APIVersion: "2011-06-15", SigningName: "sts", Namespace: "https://sts.amazonaws.com/doc/2011-06-15/", Caller: identities},
		},
		AccessKey: awsapi.AccessKey{ID: r.state.AccessKey().ID, Secret: string(r.state.AccessKey().Secret)},
		Identity:  r.identity(d.resources.model.AccountID),
		Sessions:  identities,
		Elsewhere: "This run follows an assembly; start `m2m up --empty` to deploy into it.",
		Log:       r.cfg.Log,
	})
	if err != nil {
		return nil, fmt.Errorf("serving AWS's APIs: %w", err)
	}
	return byAddress(handler), nil
}

// identity is the user whose access key the run has.
//
// Parity: STS: who asks
func (h *host) identity(accountID string) requester.Requester {
	return requester.Requester{
		AccountID: accountID,
		ARN:       "arn:aws:iam::" + accountID + ":user/m2m-" + h.cfg.Env,
		UserID:    "AIDAM2MLOCALRUN000000",
	}
}

// stacksOf are the stacks of the model, as if they had been deployed just now.
//
// Parity: CloudFormation: outputs name AWS's hosts
func (r *Runtime) stacksOf(model *assembly.Model) (stacks []cloudformation.Stack) {
	for _, declared := range model.Stacks {
		stack := cloudformation.Stack{
			Name:        declared.Name,
			ID:          declared.ID,
			Description: declared.Description,
			Tags:        declared.Tags,
			CreatedAt:   r.cfg.Now(),

			TerminationProtection: declared.TerminationProtection,
		}
		for _, output := range model.Outputs {
			if output.Stack == declared.Name {
				stack.Outputs = append(stack.Outputs, cloudformation.Output{
					Key: output.Key, Value: output.Value, Description: output.Description, ExportName: output.ExportName,
				})
			}
		}
		stacks = append(stacks, stack)
	}
	return stacks
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
