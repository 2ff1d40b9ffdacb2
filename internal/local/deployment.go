package local

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/gateway"
	"cognito-m2m/internal/local/state"
	"cognito-m2m/internal/printable"
	"cognito-m2m/internal/secretsmanager"
)

// deployment is one assembly as it is served. Another assembly is another deployment, made beside
// the one that is served and put in its place.
type deployment struct {
	dir        string // of the assembly
	resources  *servedResources
	ids        *state.Candidate
	bootstraps map[string]string            // of the functions, by ARN
	rebuilt    []string                     // functions that are newer than the assembly, see Rebuild
	variables  map[string]map[string]string // of the functions in this run alone, by ARN

	functions functionSet
	gateway   *gateway.Gateway
	pool      *cognito.Server
	secrets   *secretsmanager.Store
}

// read resolves the assembly in dir and prepares its functions.
func (r *Runtime) read(ctx context.Context, dir string) (*deployment, error) {
	ids := r.state.Candidate()
	model, err := r.resolve(dir, ids)
	if err != nil {
		return nil, err
	}
	resources, err := servedFrom(model)
	if err != nil {
		return nil, err
	}
	variables, err := r.localVariables(resources)
	if err != nil {
		return nil, err
	}
	bootstraps, err := r.prepareFunctions(ctx, resources.functions())
	if err != nil {
		return nil, err
	}
	return &deployment{dir: dir, resources: resources, ids: ids, bootstraps: bootstraps, variables: variables}, nil
}

// resolve turns the assembly into a model, with the ids there are.
func (r *Runtime) resolve(dir string, ids *state.Candidate) (*assembly.Model, error) {
	loaded, err := assembly.Load(dir)
	if err != nil {
		return nil, err
	}
	stage, err := loaded.Stage(r.cfg.Env)
	if err != nil {
		return nil, err
	}
	accepted, err := r.acceptedTypes()
	if err != nil {
		return nil, err
	}
	lenient := map[string]struct{}{}
	model, problems := stage.Resolve(assembly.Options{IDs: ids, Accepts: func(typeName string) bool {
		if !accepted.has(typeName) && r.cfg.Lenient {
			lenient[typeName] = struct{}{}
		}
		return accepted.has(typeName) || r.cfg.Lenient
	}})
	for _, typeName := range slices.Sorted(maps.Keys(lenient)) {
		r.cfg.Report.Warn(printable.Text("the type " + typeName + " is not simulated: " + missing(typeName)))
	}
	var refused Refused
	for _, problem := range problems {
		if r.cfg.Lenient && problem.Kind == assembly.Unsupported {
			r.cfg.Report.Warn(problem.Error())
			continue
		}
		refused.Problems = append(refused.Problems, problem)
	}
	if len(refused.Problems) > 0 {
		return nil, &refused
	}
	return model, nil
}

// wire makes all that serves the deployment, beside what is served now, and leaves the state as it
// is: whatever can be wrong with the assembly shows here. The listeners must be bound.
func (r *Runtime) wire(d *deployment) (err error) {
	if d.functions, err = r.newFunctions(d); err != nil {
		return err
	}
	if d.gateway, err = r.newGateway(d.resources, r.at, d.functions); err != nil {
		return err
	}
	if _, err := r.holdSecrets(d, nil); err != nil {
		return err
	}
	return d.secrets.Close(context.Background()) // it was for trying; takeOver makes the one that saves
}

// takeOver serves next from now on, instead of what was served before. Requests under way are
// answered by the one that they came to. There is one writer of the state at any time: rotations
// end first, and the state is handed over while no call of AWS's APIs is under way. If that fails,
// next can't be used, and what was served before is, but it rotates no secret any more.
func (r *Runtime) takeOver(ctx context.Context, next *deployment) error {
	before := r.serving
	if before != nil {
		r.endRotations(ctx, before)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	err := r.servers.aws.handler.swapIdle(func() (http.Handler, error) {
		if err := r.state.Adopt(next.ids); err != nil {
			return nil, err
		}
		return r.holdSecrets(next, r.state.KeepSecretsManager)
	})
	if err != nil {
		return err
	}
	r.serving = next
	r.servers.pool.handler.swap(next.pool)
	requests := r.servers.api.handler.swap(next.gateway)
	if before != nil {
		r.retire(before, requests)
	}
	return nil
}

// holdSecrets makes what holds secrets in memory, as they are in the state now: user pool, Secrets
// Manager, and AWS's APIs in front of them, which it returns.
func (r *Runtime) holdSecrets(d *deployment, save func(secretsmanager.State) error) (aws http.Handler, err error) {
	if d.pool, err = r.newCognito(d.resources, d.ids, r.at.pool); err != nil {
		return nil, err
	}
	if d.secrets, err = r.newSecretsManager(d, save); err != nil {
		return nil, err
	}
	return r.newAWSAPI(d)
}

// endRotations waits for the rotations that run. One that is cut short is taken up by the
// deployment, or the run, that follows.
func (r *Runtime) endRotations(ctx context.Context, d *deployment) {
	drain, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	if err := d.secrets.Close(drain); isCut(err) {
		r.cfg.Report.Warn("a rotation did not end; the next start takes it up")
	}
}

// retire ends a deployment that is served no longer, when it has answered its last requests, while
// the run goes on.
func (r *Runtime) retire(d *deployment, last *countingHandler) {
	r.retiring.Go(func() {
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			last.requests.Wait()
		}()
		select {
		case <-answered:
		case <-r.lifetime.Done():
		}
		ctx, cancel := context.WithTimeout(r.lifetime, drainTime)
		defer cancel()
		if err := d.functions.close(ctx); err != nil {
			r.cfg.Report.Warn(err.Error())
		}
	})
}
