package rehearsal

import (
	"context"
	"net/http"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/cloudformation"
	"cognito-m2m/internal/lambdaapi"
	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/requester"
	"cognito-m2m/internal/serving"
)

// newAWSAPI serves AWS's own APIs for everything that is deployed.
func (r *Rehearsal) newAWSAPI() (http.Handler, error) {
	services := serving.Services{
		UserPools: userPoolsAPI{r},
		Secrets:   secretsAPI{r},
		Stacks: &cloudformation.Front{
			Engine: r.engine,
			Place:  requesterOf,
		},
		REST: []awsapi.RESTService{
			{SigningName: "s3", Form: awsapi.S3, Caller: r.uploads.objects},
			{SigningName: "lambda", Form: awsapi.RESTJSON, Caller: lambdaapi.New(functionsAPI{r})},
		},
	}
	if !r.run.NoRoles {
		services.Permissions = permissions{r}
	}
	return r.run.NewAWSAPI(assembly.DefaultAccountID, services)
}

// requesterOf is the account and Region of a request.
func requesterOf(ctx context.Context) partition.Place {
	from := requester.From(ctx)
	return partition.Place{AccountID: from.AccountID, Region: from.Region}
}

// fitness says how well a place fits a request about a secret that it has or not: that of the
// requester is the best. The run's own key opens all that is deployed, also with the roles of
// another account.
func fitness(place, from partition.Place, has bool) (rank int) {
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
