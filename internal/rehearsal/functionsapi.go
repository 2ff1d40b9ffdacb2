package rehearsal

import (
	"context"
	"encoding/base64"
	"encoding/hex"

	"github.com/google/uuid"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/lambdaapi"
	"cognito-m2m/internal/rehearsal/partial"
)

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
		Timeout: declared.Timeout, Role: declared.RoleARN, MemorySize: declared.MemorySize, Environment: declared.Environment, LastModified: r.run.Now(),
		State: lambdaapi.Active, LastUpdateStatus: lambdaapi.Successful,
	}
	if declared.Asset != nil {
		sum, _ := hex.DecodeString(declared.Asset.Hash) // it is of an archive that was uploaded
		f.CodeSize, f.CodeSHA256 = declared.Asset.Size, base64.StdEncoding.EncodeToString(sum)
		f.RevisionID = uuid.NewSHA1(uuid.NameSpaceOID, sum).String()
	}
	return f
}
