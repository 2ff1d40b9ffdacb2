package local

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

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
	changes := changesBetween(r.serving.env, next.env).without(r.serving.rebuilt)
	if err := r.replace(ctx, next); err != nil {
		return nil, Changes{}, err
	}
	if err := r.run.Settle(ctx, r.serving.secrets); err != nil {
		return nil, changes, err
	}
	description, err := r.ready()
	return description, changes, err
}

// replace serves next instead of what is served, which goes on if that fails.
func (r *Runtime) replace(ctx context.Context, next *deployment) error {
	err := r.wire(next)
	if err == nil {
		err = r.takeOver(ctx, next)
	}
	if err != nil {
		next.programs.letGo()
	}
	return err
}

// ready describes what is served now, and writes it down for other processes.
func (r *Runtime) ready() (*serving.Description, error) {
	if r.run.CompareSource {
		defer r.compareSources(r.serving.env) // others wait for the description
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
