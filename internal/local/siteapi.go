package local

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/cloudformation"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/local/state"
	"cognito-m2m/internal/requester"
	"cognito-m2m/internal/secretsmanager"
	"cognito-m2m/internal/ssm"
	"cognito-m2m/internal/sts"
)

// newAWSAPI serves AWS's own APIs for everything that is deployed.
func (r *Rehearsal) newAWSAPI() (http.Handler, error) {
	key := r.state.AccessKey()
	identities, err := sts.New(sts.Config{Secret: key.Secret})
	if err != nil {
		return nil, fmt.Errorf("serving STS: %w", err)
	}
	config := awsapi.Config{
		JSON: []awsapi.JSONService{
			{TargetPrefix: "AmazonSSM", SigningName: "ssm", Caller: ssm.Parameters{}},
			{TargetPrefix: "AWSCognitoIdentityProviderService", SigningName: "cognito-idp", Caller: userPoolsAPI{r}},
			{TargetPrefix: "secretsmanager", SigningName: "secretsmanager", Caller: secretsAPI{r}},
		},
		Query: []awsapi.QueryService{
			{APIVersion: "2010-05-15", SigningName: "cloudformation", Namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/", Caller: &cloudformation.Front{
				Engine: r.engine,
				Place: func(ctx context.Context) engine.Place {
					at := requesterOf(ctx)
					return engine.Place{AccountID: at.AccountID, Region: at.Region}
				},
			}},
			{APIVersion: "2011-06-15", SigningName: "sts", Namespace: "https://sts.amazonaws.com/doc/2011-06-15/", Caller: identities},
		},
		REST: []awsapi.RESTService{
			{SigningName: "s3", Form: awsapi.S3, Caller: r.uploads.objects},
		},
		AccessKey: awsapi.AccessKey{ID: key.ID, Secret: string(key.Secret)},
		Identity:  r.identity(defaultAccount),
		Sessions:  identities,
		Log:       r.cfg.Log,
	}
	handler, err := awsapi.New(config)
	if err != nil {
		return nil, fmt.Errorf("serving AWS's APIs: %w", err)
	}
	return byAddress(handler), nil
}

// defaultAccount is the account of the run's access key.
const defaultAccount = "123456789012"

// userPoolsAPI answers for the user pools of all places.
type userPoolsAPI struct{ *Rehearsal }

// Call implements awsapi.JSONCaller. A call about a pool that is being changed waits.
func (a userPoolsAPI) Call(ctx context.Context, operation string, input []byte) (output any, err error) {
	var pools []*cognito.Server
	for _, s := range a.every() {
		s.calls.RLock()
		defer s.calls.RUnlock()
		for _, id := range slices.Sorted(maps.Keys(s.served)) {
			pools = append(pools, s.served[id])
		}
	}
	return cognito.Call(ctx, pools, operation, input)
}

// every gives the sites in an order that stays.
func (r *Rehearsal) every() []*site {
	r.list.RLock()
	defer r.list.RUnlock()
	return slices.Clone(r.listed)
}

// secretsAPI hands calls of Secrets Manager to the place that has the secret.
type secretsAPI struct{ *Rehearsal }

// Call implements awsapi.JSONCaller.
func (a secretsAPI) Call(ctx context.Context, operation string, input []byte) (output any, err error) {
	var request struct {
		SecretID     string   `json:"SecretId"`
		SecretIDList []string `json:"SecretIdList"`
	}
	_ = json.Unmarshal(input, &request) // the store that answers says what is wrong with it
	if len(request.SecretIDList) > 0 {
		request.SecretID = request.SecretIDList[0]
	}
	from := requesterOf(ctx)
	var best *secretsmanager.Store
	rank := 0
	for _, s := range a.every() {
		store := s.store()
		if store == nil {
			continue
		}
		if fits := fitness(s.place, from, store.Has(request.SecretID)); best == nil || fits > rank {
			best, rank = store, fits
		}
	}
	if best == nil {
		if best, err = secretsmanager.New(secretsmanager.Config{}); err != nil {
			return nil, err
		}
	}
	return best.Call(ctx, operation, input)
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

func (s *site) store() *secretsmanager.Store {
	s.calls.RLock()
	defer s.calls.RUnlock()
	return s.secrets
}

// requesterOf is the account and Region of a request.
func requesterOf(ctx context.Context) state.Place {
	from := requester.From(ctx)
	return state.Place{AccountID: from.AccountID, Region: from.Region}
}
