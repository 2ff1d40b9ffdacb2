package serving

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"cognito-m2m/internal/chaos"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/secretsmanager"
)

// CheckWeather refuses rules about a route or a client that an environment does not have.
func (r *Run) CheckWeather(env *Environment) error {
	if r.Weather == nil {
		return nil
	}
	var routes []string
	for _, route := range env.API.Routes {
		routes = append(routes, route.Key)
	}
	return r.Weather.Check(routes, slices.Collect(maps.Values(env.clientNames())))
}

// clientNames are the names of the environment's clients, by id.
func (env *Environment) clientNames() map[string]string {
	names, all := make(map[string]string, len(env.Model.UserPoolClients)), env.Model.ClientNames()
	for i := range env.Model.UserPoolClients {
		if declared := &env.Model.UserPoolClients[i]; declared.UserPoolID == env.Pool.ID {
			names[declared.ID] = all[declared.ID]
		}
	}
	return names
}

// callWeather decides about the calls of an environment; nil in a run without weather.
func (r *Run) callWeather(env *Environment) func(route, clientID string) chaos.Decision {
	if r.Weather == nil {
		return nil
	}
	names := env.clientNames()
	return func(route, clientID string) chaos.Decision {
		return r.Weather.Call(route, cmp.Or(names[clientID], clientID))
	}
}

// poolWeather is that of one user pool.
type poolWeather struct {
	run     *Run
	names   map[string]string // of the clients, by id
	secrets map[string]string // ARNs of the clients' secrets, by id
	store   func() *secretsmanager.Store
	pool    *cognito.Server
}

// decide is a cognito.Config's Weather. A rotation that is decided has taken place when it returns,
// if it is one of keys, and goes on if it is one of a secret: its function asks for tokens itself.
// Those requests, with a secret that no caller has yet, are left alone.
func (w *poolWeather) decide(request cognito.TokenRequest) chaos.Decision {
	secret := w.secrets[request.ClientID]
	if request.Newest && secret != "" && w.store().Rotating(secret) {
		return chaos.Decision{}
	}
	decided := w.run.Weather.TokenRequest(w.names[request.ClientID])
	switch decided.Kind {
	case chaos.Keys:
		w.run.Weather.Rotated(decided, w.rotateKeys())
	case chaos.Secret:
		w.run.rotations.Go(func() { w.run.Weather.Rotated(decided, w.rotateSecret(secret)) })
	default:
	}
	return decided
}

// rotateKeys does so unless another server is just taking this one's place, with the keys that
// there were.
func (w *poolWeather) rotateKeys() error {
	if !w.run.keys.TryLock() {
		return errors.New("the user pool is being changed")
	}
	defer w.run.keys.Unlock()
	return w.pool.RotateKeys()
}

func (w *poolWeather) rotateSecret(arn string) error {
	if arn == "" {
		return errors.New("the client has no secret in Secrets Manager")
	}
	return w.store().Rotate(context.Background(), arn) // it ends with the store at the latest
}

// HoldKeys keeps the keys of user pools as they are until release is called: while the server of
// one is made and takes the place of another.
func (r *Run) HoldKeys() (release func()) {
	r.keys.Lock()
	return r.keys.Unlock
}
