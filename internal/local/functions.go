package local

import (
	"context"
	"errors"
	"fmt"
	"maps"
	goruntime "runtime"

	"golang.org/x/sync/errgroup"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/function"
	"cognito-m2m/internal/gateway"
	"cognito-m2m/internal/secretsmanager"
	"cognito-m2m/naming"
)

// functionSet are the functions of a run, by each ARN that they are called by.
type functionSet map[string]*function.Function

// close lets invocations in flight end, and ends all processes. When ctx ends, it cuts short what
// is in flight.
func (s functionSet) close(ctx context.Context) error {
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

// rotator is the function that rotates secrets by an ARN.
func (s functionSet) rotator(arn string) secretsmanager.Invoker { return s[arn] }

func (s functionSet) invokers() map[string]gateway.Invoker {
	invokers := make(map[string]gateway.Invoker, len(s))
	for arn, f := range s {
		invokers[arn] = f
	}
	return invokers
}

// prepareFunctions makes every function that is called here ready for this machine, several at a
// time. It returns the path of each one's bootstrap, by ARN.
func (h *host) prepareFunctions(ctx context.Context, functions []assembly.Function) (map[string]string, error) {
	prepared, failures := make([]function.Prepared, len(functions)), make([]error, len(functions))
	var preparing errgroup.Group
	preparing.SetLimit(goruntime.NumCPU())
	for i, declared := range functions {
		preparing.Go(func() error {
			prepared[i], failures[i] = h.prepare(ctx, declared)
			return nil
		})
	}
	_ = preparing.Wait()
	bootstraps := map[string]string{}
	for i, declared := range functions {
		if failures[i] != nil {
			return nil, failures[i]
		}
		if doubt := prepared[i].Doubt; doubt != nil {
			h.cfg.Report.Warn(fmt.Sprintf("function %s: %v", declared.LogicalID, doubt))
		}
		bootstraps[declared.ARN] = prepared[i].Bootstrap
	}
	return bootstraps, nil
}

// newFunctions are the prepared functions, as yet without a process.
func (r *Runtime) newFunctions(d *deployment) (functionSet, error) {
	set, served := functionSet{}, d.resources
	for _, declared := range served.functions() {
		config := r.functionConfig(served.model.Region, declared, d.bootstraps[declared.ARN])
		config.Environment = environment(served, declared, r.at, d.variables[declared.ARN])
		f, err := function.New(config)
		if err != nil {
			return nil, err
		}
		for _, arn := range served.calledAs(declared) {
			set[arn] = f
		}
	}
	return set, nil
}

// functionConfig is a function as it is declared, without its environment.
func (h *host) functionConfig(region string, declared assembly.Function, bootstrap string) function.Config {
	return function.Config{
		Name:        declared.Name,
		ARN:         declared.ARN,
		Handler:     declared.Handler,
		Runtime:     declared.Runtime,
		Region:      region,
		LogGroup:    declared.LogGroup,
		MemorySize:  declared.MemorySize,
		Timeout:     declared.Timeout,
		AccessKey:   function.AccessKey{ID: h.state.AccessKey().ID, Secret: string(h.state.AccessKey().Secret)},
		Bootstrap:   bootstrap,
		TaskRoot:    declared.Asset.Dir,
		Concurrency: declared.ReservedConcurrentExecutions,
		Output:      h.cfg.FunctionOutput,
		Log:         h.cfg.Log,
		Now:         h.cfg.Now,
	}
}

// environment is the template's, what leads the AWS SDKs to this run instead of AWS, where the keys
// of the user pool are, and what the user has set for this run alone. A function that rotates
// secrets gets the token endpoint, too: the domain that the user pool has on AWS is not there.
//
// Parity: Function environment: the endpoints of this run
func environment(served *servedResources, declared assembly.Function, at addresses, local map[string]string) map[string]string {
	variables := map[string]string{"JWKS_URI": at.jwksURI(served.pool.ID)}
	if served.rotates(declared) && served.hasDomain() {
		variables[naming.TokenEndpointVariable] = at.tokenEndpoint()
	}
	maps.Copy(variables, declared.Environment)
	variables[endpointVariable] = at.aws // the template may name a VPC's
	delete(variables, ignoreEndpoints)
	maps.Copy(variables, local)
	return variables
}

func (h *host) prepare(ctx context.Context, declared assembly.Function) (function.Prepared, error) {
	defer h.cfg.Report.Step("preparing function " + declared.LogicalID)()
	if declared.Asset == nil {
		return function.Prepared{}, fmt.Errorf("function %s: its code is not an asset of this assembly", declared.LogicalID)
	}
	prepared, err := function.Prepare(ctx, h.prepareConfig(declared))
	if err != nil {
		return function.Prepared{}, fmt.Errorf("function %s: %w", declared.LogicalID, err)
	}
	return prepared, nil
}

func (h *host) prepareConfig(declared assembly.Function) function.PrepareConfig {
	return function.PrepareConfig{
		AssetHash:    declared.Asset.Hash,
		AssetDir:     declared.Asset.Dir,
		Architecture: declared.Architecture,
		CacheDir:     h.folder.Functions(),
		SourceDir:    h.cfg.SourceDir,
	}
}

// compareSources warns, while the run goes on, of functions whose source is not what the assembly
// was made of. Where there is no source, there is nothing to say: the assembly's own code is what
// runs. A comparison of an assembly before this one is stopped.
func (r *Runtime) compareSources(served *servedResources) {
	r.endComparison()
	ctx, cancel := context.WithCancel(context.Background())
	r.cancelComparison = cancel
	r.comparison.Go(func() {
		for _, declared := range served.functions() {
			same, err := function.SourceMatches(ctx, r.prepareConfig(declared))
			if err == nil && !same {
				r.cfg.Report.Warn(fmt.Sprintf("function %s: %v", declared.LogicalID, function.ErrSourceDiffers))
			}
		}
	})
}

func (r *Runtime) endComparison() {
	r.cancelComparison()
	r.comparison.Wait()
}
