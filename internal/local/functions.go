package local

import (
	"context"
	"fmt"
	"maps"
	goruntime "runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/function"
	"cognito-m2m/internal/inuse"
	"cognito-m2m/internal/printable"
	"cognito-m2m/internal/serving"
)

// prepareFunctions makes every function that is called here ready for this machine, several at a
// time. It returns the path of each one's bootstrap, by ARN, and the folders that these lie in.
func (r *Runtime) prepareFunctions(ctx context.Context, functions []assembly.Function) (programs, error) {
	prepared, failures := make([]function.Prepared, len(functions)), make([]error, len(functions))
	var preparing errgroup.Group
	preparing.SetLimit(goruntime.NumCPU())
	for i, declared := range functions {
		preparing.Go(func() error {
			prepared[i], failures[i] = r.run.Prepare(ctx, declared)
			return nil
		})
	}
	_ = preparing.Wait()
	made := programs{bootstraps: map[string]string{}}
	for _, p := range prepared {
		made.held = append(made.held, p.Held)
	}
	for i, declared := range functions {
		if failures[i] != nil {
			made.letGo()
			return programs{}, failures[i]
		}
		if doubt := prepared[i].Doubt; doubt != nil {
			r.run.Report.Warn(fmt.Sprintf("function %s: %v", declared.LogicalID, doubt))
		}
		made.bootstraps[declared.ARN] = prepared[i].Bootstrap
	}
	return made, nil
}

// programs are those of a deployment's functions.
type programs struct {
	bootstraps map[string]string // by ARN
	held       []*inuse.Folder   // with bootstraps, which stay until letGo
}

// with are the same programs for another deployment, but for those that are given.
func (p programs) with(newer map[string]string) (programs, error) {
	next := programs{bootstraps: maps.Clone(p.bootstraps)}
	maps.Copy(next.bootstraps, newer)
	for _, folder := range p.held {
		again, err := folder.Again()
		if err != nil {
			next.letGo()
			return programs{}, fmt.Errorf("keeping the built functions: %w", err)
		}
		next.held = append(next.held, again)
	}
	return next, nil
}

// letGo is for when no process of the programs is started any more.
func (p programs) letGo() {
	for _, folder := range p.held {
		_ = folder.Close() // a lock that can't be given back is so at the end of this process
	}
}

// newFunctions are the prepared functions, as yet without a process.
func (r *Runtime) newFunctions(d *deployment) (serving.FunctionSet, error) {
	set, env := serving.FunctionSet{}, d.env
	for _, declared := range env.Functions() {
		config := r.run.FunctionConfig(env, declared, r.at, d.variables[declared.ARN])
		config.Bootstrap = d.programs.bootstraps[declared.ARN]
		f, err := function.New(config)
		if err != nil {
			return nil, err
		}
		for _, arn := range env.CalledAs(declared) {
			set[arn] = f
		}
	}
	return set, nil
}

// compareSources warns, while the run goes on, of functions whose source is not what the assembly
// was made of. Where there is no source, there is nothing to say: the assembly's own code is what
// runs. A comparison of an assembly before this one is stopped.
func (r *Runtime) compareSources(env *serving.Environment) {
	r.endComparison()
	ctx, cancel := context.WithCancel(context.Background())
	r.cancelComparison = cancel
	r.comparison.Go(func() {
		for _, declared := range env.Functions() {
			same, err := function.SourceMatches(ctx, r.run.PrepareConfig(declared))
			if err == nil && !same {
				r.run.Report.Warn(fmt.Sprintf("function %s: %v", declared.LogicalID, function.ErrSourceDiffers))
			}
		}
	})
}

func (r *Runtime) endComparison() {
	r.cancelComparison()
	r.comparison.Wait()
}

// variablesNote says which functions have variables of this run alone, without the values; "" if
// none has.
func variablesNote(env *serving.Environment, variables map[string]map[string]string) string {
	var list []string
	for _, f := range env.Functions() {
		if names := slices.Sorted(maps.Keys(variables[f.ARN])); len(names) > 0 {
			list = append(list, f.LogicalID+" "+strings.Join(names, " "))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return printable.Text("Variables of this run alone: " + strings.Join(list, "; "))
}
