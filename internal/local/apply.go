package local

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/function"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/serving"
)

// Apply serves the assembly in dir instead of the one that is env, without refusing or cutting
// off a request. Ids, keys and secrets of what stays are kept; what is new gets its own, and a new
// secret is rotated before Apply returns. On an error before that, what was served goes on. The
// folder of the assembly that was served may go when Apply has returned.
//
// Parity: Runtime: a change takes effect at once
func (r *Runtime) Apply(ctx context.Context, dir string) (*serving.Description, Changes, error) {
	next, err := r.read(ctx, dir)
	if err != nil {
		return nil, Changes{}, err
	}
	if err := r.wire(next); err != nil {
		return nil, Changes{}, err
	}
	changes := changesBetween(r.serving.env, next.env).without(r.serving.rebuilt)
	if err := r.takeOver(ctx, next); err != nil {
		return nil, Changes{}, err
	}
	if err := r.run.Settle(ctx, r.serving.secrets); err != nil {
		return nil, changes, err
	}
	description, err := r.ready()
	return description, changes, err
}

// Rebuild builds the functions that the changed files belong to from their source as it is now, and
// serves them instead of those that are served. That takes a second where a synth takes several.
// The assembly that is served stays, and is older than these functions until the next Apply. files
// are absolute; if one of them belongs to no function, whatever it changes is left to Apply, and so
// is the rest.
func (r *Runtime) Rebuild(ctx context.Context, files []string) (Changes, error) {
	r.sources.Changed(files)
	var changes Changes
	bootstraps := maps.Clone(r.serving.bootstraps)
	for _, declared := range r.ownersOf(files) {
		bootstrap, err := r.rebuild(ctx, declared)
		if err != nil {
			return Changes{}, err
		}
		bootstraps[declared.ARN] = bootstrap
		changes.Changed = append(changes.Changed, nameOf(declared))
	}
	if changes.None() {
		return changes, nil
	}
	next := &deployment{
		dir: r.serving.dir, env: r.serving.env, ids: r.serving.ids, bootstraps: bootstraps,
		rebuilt:   append(slices.Clone(r.serving.rebuilt), changes.Changed...),
		variables: r.serving.variables,
	}
	if err := r.wire(next); err != nil {
		return Changes{}, err
	}
	if err := r.takeOver(ctx, next); err != nil {
		return Changes{}, err
	}
	return changes, r.run.Settle(ctx, r.serving.secrets)
}

func (r *Runtime) rebuild(ctx context.Context, declared assembly.Function) (bootstrap string, err error) {
	defer r.run.Report.Step("building " + nameOf(declared))()
	bootstrap = r.run.Folder.Bootstrap(declared.LogicalID)
	if err := r.sources.Build(ctx, r.run.PrepareConfig(declared), bootstrap); err != nil {
		return "", fmt.Errorf("function %s: %w", declared.LogicalID, err)
	}
	return bootstrap, nil
}

// ownersOf are the functions in whose packages the files lie; none if a file belongs to no
// function.
func (r *Runtime) ownersOf(files []string) (owners []assembly.Function) {
	owned := map[string]bool{}
	for _, declared := range r.serving.env.Functions() {
		folder, err := function.SourceFolder(r.run.PrepareConfig(declared))
		if err != nil {
			continue // it can't be built from source
		}
		before := len(owned)
		for _, file := range files {
			if strings.HasPrefix(file, folder+string(filepath.Separator)) {
				owned[file] = true
			}
		}
		if len(owned) > before {
			owners = append(owners, declared)
		}
	}
	if len(owned) < len(files) {
		return nil
	}
	return owners
}

// ready describes what is served now, and writes it down for other processes.
func (r *Runtime) ready() (*serving.Description, error) {
	if r.run.CompareSource {
		r.compareSources(r.serving.env)
	}
	d := r.run.Describe(r.serving.env, r.at, r.serving.pool)
	absolute, err := filepath.Abs(r.serving.dir)
	if err != nil {
		return nil, fmt.Errorf("finding the assembly: %w", err)
	}
	r.run.Tell([]serving.Served{{Environment: r.serving.env, Description: d}})
	return d, r.run.Folder.WriteRun(run.Running{
		PID: os.Getpid(), APIURL: d.APIURL, TokenEndpoint: d.TokenEndpoint, JWKSURI: d.JWKSURI, AWSEndpointURL: d.AWSEndpoint,
		AWSAccessKeyID: d.AccessKeyID, AWSSecretAccessKey: d.SecretAccessKey,
		Region: d.Region, UserPoolID: d.UserPoolID, Assembly: absolute, Page: r.run.Announced(),
	})
}
