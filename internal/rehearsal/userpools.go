package rehearsal

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/listener"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/state"
)

// poolServer is a user pool on a listener of its own.
type poolServer struct {
	*listener.Listener

	view    *serving.Environment // what current was made of
	current *cognito.Server
}

// changePools makes the servers of the user pools that have changed, with the secrets as they are
// when no call is under way, and commits.
func (s *site) changePools(c *change, commit func() error) error {
	defer s.run.HoldKeys()()
	s.calls.Lock()
	defer s.calls.Unlock()
	made := map[string]*cognito.Server{}
	for _, view := range c.views {
		if view.Pool.ID == "" || s.pools[view.Pool.ID].serves(view) {
			continue
		}
		pool, err := s.run.NewUserPool(view, s, s.pools[view.Pool.ID].URL(), s.store)
		if err != nil {
			return err
		}
		made[view.Pool.ID] = pool
	}
	if err := commit(); err != nil {
		return err
	}
	if err := s.declareSecrets(c.model); err != nil {
		return err
	}
	for _, view := range c.views {
		if next := made[view.Pool.ID]; next != nil {
			s.pools[view.Pool.ID].take(view, next, s.run.Failed)
		}
	}
	s.served = map[string]*cognito.Server{}
	for _, pool := range c.model.UserPools {
		s.served[pool.ID] = s.pools[pool.ID].current
	}
	return nil
}

// serves reports whether the pool is served as the view has it.
func (p *poolServer) serves(view *serving.Environment) bool {
	return p.current != nil && p.view.SamePool(view)
}

func (p *poolServer) take(view *serving.Environment, next *cognito.Server, failed chan<- error) {
	p.view, p.current = view, next
	p.Swap(next)
	if !p.Started() {
		p.Start(failed)
	}
}

// keepClient writes what an app client is that was changed by UpdateUserPoolClient.
func keepClient(to *state.State, client cognito.Client) error {
	client.Secrets = nil // they are kept on their own
	raw, err := json.Marshal(client)
	if err != nil {
		return fmt.Errorf("encoding client %s: %w", client.ID, err)
	}
	return to.KeepChangedClient(client.ID, raw)
}

// changed is an app client as it was changed, false if it is as its template says.
func (r *Rehearsal) changed(id string) (client cognito.Client, ok bool) {
	raw := r.run.State.ChangedClient(id)
	return client, raw != nil && json.Unmarshal(raw, &client) == nil
}

// userPoolsAPI answers for the user pools of all places.
type userPoolsAPI struct{ *Rehearsal }

// Call implements awsapi.JSONCaller. A call about a pool that is being changed waits.
func (a userPoolsAPI) Call(ctx context.Context, operation string, input []byte) (output any, err error) {
	var pools []*cognito.Server
	retained := a.run.State.RetainedPools()
	for _, s := range a.every() {
		s.calls.RLock()
		defer s.calls.RUnlock()
		for _, id := range slices.Sorted(maps.Keys(s.served)) {
			pools = append(pools, s.served[id])
			delete(retained, id) // until the operation that gives it up is over
		}
	}
	return cognito.Call(ctx, append(pools, a.retained(retained)...), operation, input)
}
