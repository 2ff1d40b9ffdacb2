package local

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/gateway"
	"cognito-m2m/internal/listener"
	"cognito-m2m/internal/printable"
	"cognito-m2m/internal/requester"
	"cognito-m2m/internal/secretsmanager"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/state"
)

// deployment is one assembly as it is served. Another assembly is another deployment, made beside
// the one that is served and put in its place.
type deployment struct {
	dir       string // of the assembly
	env       *serving.Environment
	ids       *state.Candidate
	programs  programs                     // of the functions
	rebuilt   []string                     // functions that are newer than the assembly, see Rebuild
	variables map[string]map[string]string // of the functions in this run alone, by ARN

	permissions requester.Authorizer // nil if functions may do everything

	functions serving.FunctionSet
	gateway   *gateway.Gateway
	pool      *cognito.Server
	secrets   *secretsmanager.Store
	aws       http.Handler // in front of the two

	adopted bool                 // the state has its resources, and may get its secrets
	held    secretsmanager.State // the secrets, until then
}

// read resolves the assembly in dir and prepares its functions.
func (r *Runtime) read(ctx context.Context, dir string) (*deployment, error) {
	ids := r.run.State.Candidate()
	model, permissions, err := r.resolve(dir, ids)
	if err != nil {
		return nil, err
	}
	env, err := environmentIn(model)
	if err != nil {
		return nil, err
	}
	if err := r.checkWeather(env); err != nil {
		return nil, err
	}
	set, err := r.run.ReadVariables()
	if err != nil {
		return nil, err
	}
	variables, err := set.Of(env)
	if err != nil {
		return nil, err
	}
	programs, err := r.prepareFunctions(ctx, env.Functions())
	if err != nil {
		return nil, err
	}
	return &deployment{dir: dir, env: env, ids: ids, permissions: permissions, programs: programs, variables: variables}, nil
}

// checkWeather refuses a rule about something that the run does not begin with. What is gone later
// is worth a word.
func (r *Runtime) checkWeather(env *serving.Environment) error {
	err := r.run.CheckWeather(env)
	if err != nil && r.serving != nil {
		r.run.Report.Warn(err.Error())
		return nil
	}
	return err
}

// environmentIn is the one environment of an assembly. One with several pools or APIs can be
// deployed, but here it would be unclear which of them the two listeners serve.
//
// Parity: Runtime: one user pool and one HTTP API
func environmentIn(model *assembly.Model) (*serving.Environment, error) {
	if len(model.UserPools) != 1 || len(model.APIs) != 1 {
		return nil, fmt.Errorf("the assembly has %d user pools and %d HTTP APIs; the local runtime serves one of each",
			len(model.UserPools), len(model.APIs))
	}
	return &serving.Environment{Model: model, Pool: model.UserPools[0], API: model.APIs[0]}, nil
}

// resolve turns the assembly into a model, with the ids there are, and into what its functions may
// do.
func (r *Runtime) resolve(dir string, ids *state.Candidate) (*assembly.Model, requester.Authorizer, error) {
	loaded, err := r.load(dir)
	if err != nil {
		return nil, nil, err
	}
	stage, err := loaded.Stage(r.run.Env)
	if err != nil {
		return nil, nil, err
	}
	accepted, err := r.run.ReadAccepted()
	if err != nil {
		return nil, nil, err
	}
	lenient := map[string]struct{}{}
	model, problems := stage.Resolve(assembly.Options{IDs: ids, Accepts: func(typeName string) bool {
		if !slices.Contains(accepted, typeName) && r.run.Lenient {
			lenient[typeName] = struct{}{}
		}
		return slices.Contains(accepted, typeName) || r.run.Lenient
	}})
	for _, typeName := range slices.Sorted(maps.Keys(lenient)) {
		r.run.Report.Warn(printable.Text("the type " + typeName + " is not simulated: " + serving.Missing(typeName)))
	}
	if (&Refused{problems}).OnlyUnsupported() { // of a model that is not whole, nothing more can be said
		permissions, more := r.run.Permissions(model)
		if err := r.refuse(append(problems, more...)); err != nil || permissions == nil {
			return model, nil, err
		}
		return model, permissions, nil
	}
	return nil, nil, r.refuse(problems)
}

// refuse is the error for problems that the run can't do without.
func (r *Runtime) refuse(problems []assembly.Problem) error {
	var refused Refused
	for _, problem := range problems {
		if r.run.Lenient && problem.Kind == assembly.Unsupported {
			r.run.Report.Warn(problem.Error())
			continue
		}
		refused.Problems = append(refused.Problems, problem)
	}
	if len(refused.Problems) > 0 {
		return &refused
	}
	return nil
}

// wire makes all that serves the deployment, beside what is served now, and leaves the state as it
// is: whatever can be wrong with the assembly shows here. What holds secrets is for trying, if
// anything is served, because those may change until takeOver makes it anew. The listeners must be
// bound.
func (r *Runtime) wire(d *deployment) (err error) {
	if d.functions, err = r.newFunctions(d); err != nil {
		return err
	}
	if d.gateway, err = r.run.NewGateway(d.env, r.at, d.functions); err != nil {
		return err
	}
	if err := r.holdSecrets(d); err != nil || r.serving == nil {
		return err
	}
	return d.secrets.Close(context.Background())
}

// takeOver serves next from now on, instead of what was served before. Requests under way are
// answered by the one that they came to. There is one writer of the state at any time: rotations
// end first, and the state is handed over while no call of AWS's APIs is under way. If that fails,
// next can't be used, and what was served before is, but it rotates no secret any more.
func (r *Runtime) takeOver(ctx context.Context, next *deployment) error {
	before := r.serving
	if before != nil {
		r.run.EndRotations(ctx, before.secrets)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	defer r.run.HoldKeys()()
	err := r.servers.aws.SwapIdle(func() (http.Handler, error) {
		if err := r.run.State.Adopt(next.ids); err != nil {
			return nil, err
		}
		next.adopted = true
		hold := r.holdSecrets
		if before == nil { // what wire has made is as the state is
			hold = r.keepHeld
		}
		err := hold(next)
		return next.aws, err
	})
	if err != nil {
		return err
	}
	r.serving = next
	r.servers.pool.Swap(next.pool)
	requests := r.servers.api.Swap(next.gateway)
	if before != nil {
		r.retire(before, requests)
	}
	return nil
}

// holdSecrets makes what holds secrets in memory, as they are in the state now: user pool, Secrets
// Manager, and AWS's APIs in front of them.
func (r *Runtime) holdSecrets(d *deployment) (err error) {
	var failed error
	var pool sync.WaitGroup
	pool.Go(func() {
		d.pool, failed = r.run.NewUserPool(d.env, d.ids, r.at.Pool, func() *secretsmanager.Store { return d.secrets })
	})
	if d.adopted { // what is kept has the pool's new secrets, too
		pool.Wait()
	}
	secrets := serving.Secrets(d.env.Model, func(arn string) secretsmanager.Invoker { return d.functions[arn] })
	keep := func(held secretsmanager.State) error { return r.keep(d, held) }
	d.secrets, err = r.run.NewSecretsManager(secrets, r.run.State.SecretsManager(), keep)
	if pool.Wait(); failed != nil || err != nil {
		return cmp.Or(failed, err)
	}
	d.aws, err = r.newAWSAPI(d)
	return err
}

// keep is how Secrets Manager keeps what it holds.
func (r *Runtime) keep(d *deployment, held secretsmanager.State) error {
	if !d.adopted {
		d.held = held
		return nil
	}
	return r.run.State.KeepSecretsManager(held)
}

// keepHeld keeps what holdSecrets has made before the deployment was adopted.
func (r *Runtime) keepHeld(d *deployment) error {
	if err := r.keep(d, d.held); err != nil {
		return fmt.Errorf("saving the secrets: %w", err)
	}
	d.held = secretsmanager.State{}
	return nil
}

// retire ends a deployment that is served no longer, when it has answered its last requests, while
// the run goes on.
func (r *Runtime) retire(d *deployment, last *listener.Handler) {
	r.retiring.Go(func() {
		last.Wait(r.lifetime)
		ctx, cancel := context.WithTimeout(r.lifetime, listener.DrainTime)
		defer cancel()
		if err := d.functions.Close(ctx); err != nil {
			r.run.Report.Warn(err.Error())
		}
		d.programs.letGo()
		r.run.SweepFunctions()
	})
}
