package local

import (
	"context"
	"fmt"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/function"
	"cognito-m2m/internal/gateway"
)

// functionSet are the functions of a run, by ARN.
type functionSet map[string]gateway.Invoker

// defaultConcurrency is how many invocations of one function may be under way
// at once where the template reserves no number. The account's limit on AWS is
// 1,000; here every one of them is a process.
const defaultConcurrency = 64

// startFunctions prepares every function that the API calls for this machine.
func (r *Runtime) startFunctions(ctx context.Context, p *parts) (functionSet, error) {
	set := functionSet{}
	for _, declared := range p.model.Functions {
		if !p.calls(declared) {
			continue
		}
		bootstrap, err := r.prepare(ctx, declared)
		if err != nil {
			return nil, err
		}
		f, err := function.New(function.Config{
			Name:        declared.Name,
			ARN:         declared.ARN,
			Handler:     declared.Handler,
			Region:      p.model.Region,
			LogGroup:    declared.LogGroup,
			MemorySize:  declared.MemorySize,
			Timeout:     declared.Timeout,
			Environment: declared.Environment,
			Bootstrap:   bootstrap,
			TaskRoot:    declared.Asset.Dir,
			Concurrency: concurrency(declared),
			Output:      r.cfg.FunctionOutput,
			Log:         r.cfg.Log,
			Now:         r.cfg.Now,
		})
		if err != nil {
			return nil, err
		}
		r.functions = append(r.functions, f)
		set[declared.ARN] = f
	}
	return set, nil
}

func (r *Runtime) prepare(ctx context.Context, declared assembly.Function) (string, error) {
	defer r.cfg.Report.Step("preparing function " + declared.LogicalID)()
	if declared.Asset == nil {
		return "", fmt.Errorf("function %s: its code is not an asset of this assembly", declared.LogicalID)
	}
	prepared, err := function.Prepare(ctx, function.PrepareConfig{
		AssetHash: declared.Asset.Hash,
		AssetDir:  declared.Asset.Dir,
		CacheDir:  r.home.functions(),
		SourceDir: r.cfg.SourceDir,
	})
	if err != nil {
		return "", fmt.Errorf("function %s: %w", declared.LogicalID, err)
	}
	if prepared.Doubt != nil {
		r.cfg.Report.Warn(fmt.Sprintf("function %s: %v", declared.LogicalID, prepared.Doubt))
	}
	return prepared.Bootstrap, nil
}

func concurrency(declared assembly.Function) int {
	if reserved := declared.ReservedConcurrentExecutions; reserved != nil {
		return *reserved
	}
	return defaultConcurrency
}
