package serving

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/function"
	"cognito-m2m/internal/gateway"
	"cognito-m2m/naming"
)

// FunctionSet are the functions of a run, by each ARN that they are called by.
type FunctionSet map[string]*function.Function

// CutTime is how long functions may take once no one waits for their answer.
const CutTime = time.Second

// Close lets invocations in flight end, and ends all processes. When ctx ends, it cuts short what
// is in flight.
func (s FunctionSet) Close(ctx context.Context) error {
	var failures []error
	closed := map[*function.Function]bool{}
	for _, f := range s {
		if !closed[f] {
			closed[f] = true
			if err := f.Close(ctx); !isCut(err) {
				failures = append(failures, err)
			}
		}
	}
	return errors.Join(failures...)
}

func (s FunctionSet) invokers() map[string]gateway.Invoker {
	invokers := make(map[string]gateway.Invoker, len(s))
	for arn, f := range s {
		invokers[arn] = f
	}
	return invokers
}

// Prepare makes the code of a function ready for this machine, and reports what has to be built.
func (r *Run) Prepare(ctx context.Context, declared assembly.Function) (function.Prepared, error) {
	if declared.Asset == nil {
		return function.Prepared{}, fmt.Errorf("function %s: its code is not an asset of this assembly", declared.LogicalID)
	}
	cfg := r.PrepareConfig(declared)
	cfg.Building = func() (done func()) { return r.Report.Step("preparing function " + declared.LogicalID) }
	prepared, err := function.Prepare(ctx, cfg)
	if err != nil {
		return function.Prepared{}, fmt.Errorf("function %s: %w", declared.LogicalID, err)
	}
	return prepared, nil
}

// SweepFunctions removes prepared functions that no run uses or will soon, and what runs that were
// killed have left of them.
func (r *Run) SweepFunctions() { function.SweepCache(r.Folder.Functions()) }

// PrepareConfig says where a function's code and source are.
func (r *Run) PrepareConfig(declared assembly.Function) function.PrepareConfig {
	return function.PrepareConfig{
		AssetHash:    declared.Asset.Hash,
		AssetDir:     declared.Asset.Dir,
		Architecture: declared.Architecture,
		CacheDir:     r.Folder.Functions(),
		SourceDir:    r.SourceDir,
	}
}

// FunctionConfig is a function of an environment as it is declared, with the variables of this run
// alone that it gets. Its Bootstrap is the caller's to set.
func (r *Run) FunctionConfig(env *Environment, declared assembly.Function, at Addresses, local map[string]string) function.Config {
	return function.Config{
		Name:        declared.Name,
		ARN:         declared.ARN,
		Handler:     declared.Handler,
		Runtime:     declared.Runtime,
		Region:      env.Model.Region,
		LogGroup:    declared.LogGroup,
		Environment: environment(env, declared, at, local),
		MemorySize:  declared.MemorySize,
		Timeout:     declared.Timeout,
		Credentials: r.credentialsOf(env.Model, declared),
		TaskRoot:    declared.Asset.Dir,
		Concurrency: declared.ReservedConcurrentExecutions,
		Output:      r.FunctionOutput,
		Log:         r.Log,
		// Not r.Now: a function compares its deadline with the machine's clock.
	}
}

// environment is the template's, what leads the AWS SDKs to this run instead of AWS, where the keys
// of the user pool are, and what the user has set for this run alone. A function that rotates
// secrets gets the token endpoint, too: the domain that the user pool has on AWS is not there.
//
// Parity: Function environment: the endpoints of this run
func environment(env *Environment, declared assembly.Function, at Addresses, local map[string]string) map[string]string {
	variables := map[string]string{naming.JWKSVariable: at.jwksURI(env.Pool.ID)}
	if env.rotates(declared) && env.hasDomain() {
		variables[naming.TokenEndpointVariable] = at.tokenEndpoint()
	}
	maps.Copy(variables, declared.Environment)
	variables[endpointVariable] = at.AWS // the template may name a VPC's
	delete(variables, ignoreEndpoints)
	maps.Copy(variables, local)
	return variables
}
