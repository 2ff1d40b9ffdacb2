package local

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/cloudformation"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/lambdaapi"
	"cognito-m2m/internal/local/partial"
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
			{SigningName: "lambda", Form: awsapi.RESTJSON, Caller: lambdaapi.New(functionsAPI{r})},
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

// functionsAPI are the functions of all places, for Lambda's API.
type functionsAPI struct{ *Rehearsal }

// Function implements lambdaapi.Functions.
func (a functionsAPI) Function(ctx context.Context, name string) (lambdaapi.Function, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, declared, err := a.find(ctx, name)
	if err != nil {
		return lambdaapi.Function{}, err
	}
	return a.described(declared), nil
}

// UpdateCode implements lambdaapi.Functions.
func (a functionsAPI) UpdateCode(ctx context.Context, name, bucket, key string) (lambdaapi.Function, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, declared, err := a.find(ctx, name)
	if err != nil {
		return lambdaapi.Function{}, err
	}
	asset, err := a.uploads.code(bucket, key)
	if err != nil {
		return lambdaapi.Function{}, &lambdaapi.CodeError{Reason: err.Error()}
	}
	declared.Asset = &asset
	if _, err := s.bootstrapOf(ctx, declared); err != nil {
		return lambdaapi.Function{}, &lambdaapi.CodeError{Reason: err.Error()}
	}
	stack := s.stacks[declared.Stack]
	before := stack.leftovers
	stack.leftovers = before.Clone()
	if stack.leftovers.Code == nil {
		stack.leftovers.Code = map[string]partial.Code{}
	}
	stack.leftovers.Code[declared.ARN] = partial.Code{Bucket: bucket, Key: key}
	if err := s.serve(s.merged(), func() error { return s.keep(stack, declared.Stack) }); err != nil {
		stack.leftovers = before
		return lambdaapi.Function{}, err
	}
	return a.described(declared), nil
}

// find is the function of a name or ARN, in the requester's place if that has one. The lock must be
// held.
func (r *Rehearsal) find(ctx context.Context, name string) (at *site, found assembly.Function, err error) {
	rank, from := 0, requesterOf(ctx)
	for _, s := range r.sites {
		model, err := s.there()
		if err != nil {
			return nil, found, err
		}
		for _, declared := range model.Functions {
			fits := fitness(s.place, from, true)
			if (declared.Name == name || declared.ARN == name) && (at == nil || fits > rank) {
				at, found, rank = s, declared, fits
			}
		}
	}
	if at == nil {
		return nil, found, lambdaapi.ErrNoFunction
	}
	return at, found, nil
}

func (r *Rehearsal) described(declared assembly.Function) lambdaapi.Function {
	f := lambdaapi.Function{
		Name: declared.Name, ARN: declared.ARN, Handler: declared.Handler, Runtime: declared.Runtime, Architectures: []string{declared.Architecture},
		Timeout: declared.Timeout, MemorySize: declared.MemorySize, Environment: declared.Environment, LastModified: r.cfg.Now(),
		State: lambdaapi.Active, LastUpdateStatus: lambdaapi.Successful,
	}
	if declared.Asset != nil {
		sum, _ := hex.DecodeString(declared.Asset.Hash) // it is of an archive that was uploaded
		f.CodeSize, f.CodeSHA256 = declared.Asset.Size, base64.StdEncoding.EncodeToString(sum)
		f.RevisionID = uuid.NewSHA1(uuid.NameSpaceOID, sum).String()
	}
	return f
}
