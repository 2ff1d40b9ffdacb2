package rehearsal

import (
	"context"
	"net/http"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/cloudformation"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/lambdaapi"
	"cognito-m2m/internal/requester"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/ssm"
	"cognito-m2m/internal/state"
)

// newAWSAPI serves AWS's own APIs for everything that is deployed.
func (r *Rehearsal) newAWSAPI() (http.Handler, error) {
	return r.run.NewAWSAPI(defaultAccount, serving.Services{
		UserPools: userPoolsAPI{r},
		Secrets:   secretsAPI{r},
		Stacks: &cloudformation.Front{
			Engine: r.engine,
			Place: func(ctx context.Context) engine.Place {
				at := requesterOf(ctx)
				return engine.Place{AccountID: at.AccountID, Region: at.Region}
			},
		},
		JSON: []awsapi.JSONService{{TargetPrefix: "AmazonSSM", SigningName: "ssm", Caller: ssm.Parameters{}}},
		REST: []awsapi.RESTService{
			{SigningName: "s3", Form: awsapi.S3, Caller: r.uploads.objects},
			{SigningName: "lambda", Form: awsapi.RESTJSON, Caller: lambdaapi.New(functionsAPI{r})},
		},
	})
}

// defaultAccount is the account of the run's access key.
const defaultAccount = "123456789012"

// requesterOf is the account and Region of a request.
func requesterOf(ctx context.Context) state.Place {
	from := requester.From(ctx)
	return state.Place{AccountID: from.AccountID, Region: from.Region}
}

// fitness says how well a place fits a request about a secret that it has or not: that of the
// requester is the best. The run's own key opens all that is deployed, also with the roles of
// another account.
func fitness(place, from state.Place, has bool) (rank int) {
	if place == from {
		rank += 2
	}
	if place.Region == from.Region {
		rank++
	}
	if has {
		rank += 4
	}
	return rank
}
