package rehearsal

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/cognito"
)

// retainedPool is a user pool that its stack has given up and not deleted, as the state has it.
type retainedPool struct {
	Name      string `json:"name"`
	ARN       string `json:"arn"`
	Region    string `json:"region"`
	Issuer    string `json:"issuer"`
	Protected bool   `json:"protected"` // from deletion
}

// retain keeps a user pool that its stack gives up. Nothing else that a stack retains goes on here.
//
// Parity: Runtime: what a stack retains
func (s *site) retain(step engine.Step) error {
	if step.Action != engine.Retain || step.Resource.Type != "AWS::Cognito::UserPool" {
		return nil
	}
	model, err := s.there()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(model.UserPools, func(p assembly.UserPool) bool { return p.ID == step.Resource.PhysicalID })
	if i < 0 {
		return nil
	}
	pool := model.UserPools[i]
	return s.keepRetained(pool.ID, retainedPool{
		Name: pool.Name, ARN: pool.ARN, Region: s.place.Region, Issuer: pool.ProviderURL,
		Protected: step.Resource.Properties["DeletionProtection"] == "ACTIVE",
	})
}

func (r *Rehearsal) keepRetained(id string, pool retainedPool) error {
	raw, err := json.Marshal(pool)
	if err != nil {
		return fmt.Errorf("encoding user pool %s: %w", id, err)
	}
	return r.run.State.KeepRetainedPool(id, raw)
}

// retained are the user pools that no stack has any more, for the user pools' API.
func (r *Rehearsal) retained(kept map[string]json.RawMessage) (pools []*cognito.Server) {
	for _, id := range slices.Sorted(maps.Keys(kept)) {
		var pool retainedPool
		if json.Unmarshal(kept[id], &pool) != nil {
			continue
		}
		pools = append(pools, cognito.NewRetained(cognito.Retained{
			UserPool: cognito.UserPool{ID: id, Name: pool.Name, ARN: pool.ARN, Region: pool.Region, Issuer: pool.Issuer}, Protected: pool.Protected,
			Keep: func(protected bool) error {
				pool.Protected = protected
				return r.keepRetained(id, pool)
			},
			Delete: func() error { return r.run.State.KeepRetainedPool(id, nil) },
			Log:    r.run.Log,
		}))
	}
	return pools
}
