package state

import (
	"maps"
	"reflect"
	"slices"
)

// change is a part of what is kept that gets other values: a line of the journal. In a map, nil
// takes an entry away.
type change struct {
	Resources map[string]*resource `json:"resources,omitempty"`
	Stacks    map[string]*Stack    `json:"stacks,omitempty"`
	Secrets   map[string]*secret   `json:"secrets,omitempty"` // of Secrets Manager, by ARN
	// GoesOn are those of the Stacks whose operation has the resources that it had, which are left
	// out: each of its steps is a change.
	GoesOn []string `json:"goes_on,omitempty"`

	// What resources have, by their ids: a resource may be kept in several places. It comes after
	// Resources and Stacks.
	ClientSecrets map[string][]clientSecret `json:"client_secrets,omitempty"` // of app clients
	Keys          map[string]*signingKeys   `json:"keys,omitempty"`           // of user pools
}

func (c change) none() bool {
	return len(c.Resources)+len(c.Stacks)+len(c.Secrets)+len(c.ClientSecrets)+len(c.Keys) == 0
}

// with is both changes, of which the other comes later. The first one has no stacks.
func (c change) with(later change) change {
	return change{
		Resources:     merged(c.Resources, later.Resources),
		Stacks:        merged(c.Stacks, later.Stacks),
		Secrets:       merged(c.Secrets, later.Secrets),
		GoesOn:        later.GoesOn,
		ClientSecrets: merged(c.ClientSecrets, later.ClientSecrets),
		Keys:          merged(c.Keys, later.Keys),
	}
}

// put puts an entry into a map that may not be there yet.
func put[V any](into *map[string]V, key string, value V) {
	if *into == nil {
		*into = map[string]V{}
	}
	(*into)[key] = value
}

func merged[V any](first, later map[string]V) map[string]V {
	if len(first) == 0 {
		return later
	}
	both := maps.Clone(first)
	maps.Copy(both, later)
	return both
}

// apply makes a change, and returns the one that takes it back.
func (f *file) apply(c change) (back change) {
	back.Resources = putAll(&f.Resources, c.Resources)
	for _, key := range c.GoesOn {
		if was, is := f.Stacks[key], c.Stacks[key]; was != nil && was.Operation != nil && is != nil && is.Operation != nil {
			is.Operation.resources = was.Operation.resources
		}
	}
	back.Stacks = putAll(&f.Stacks, c.Stacks)
	back.Secrets = putAll(&f.SecretsManager.Secrets, c.Secrets)
	if len(c.ClientSecrets)+len(c.Keys) == 0 {
		return back
	}
	back.ClientSecrets, back.Keys = map[string][]clientSecret{}, map[string]*signingKeys{}
	for r := range f.everyResource() {
		if secrets, changed := c.ClientSecrets[r.ID]; changed && r.Type == userPoolClientType {
			back.ClientSecrets[r.ID], r.Secrets = r.Secrets, secrets
		}
		if keys, changed := c.Keys[r.ID]; changed && r.Type == userPoolType {
			back.Keys[r.ID], r.Keys = r.Keys, keys
		}
	}
	return back
}

// putAll makes a change of one map.
func putAll[V any](to *map[string]*V, changed map[string]*V) (back map[string]*V) {
	if len(changed) == 0 {
		return nil
	}
	if *to == nil {
		*to = map[string]*V{}
	}
	back = make(map[string]*V, len(changed))
	for key, value := range changed {
		back[key] = (*to)[key]
		if value == nil {
			delete(*to, key)
		} else {
			(*to)[key] = value
		}
	}
	return back
}

// differences are what makes next of before: of the entries that of is true for, all others stay.
func differences[V any](before, next map[string]*V, equal func(a, b *V) bool, of func(key string) bool) map[string]*V {
	changed := map[string]*V{}
	for key, value := range next {
		if was := before[key]; was == nil || was != value && !equal(was, value) {
			changed[key] = value
		}
	}
	for key := range before {
		if _, stays := next[key]; !stays && of(key) {
			changed[key] = nil
		}
	}
	return changed
}

func (r *resource) equal(other *resource) bool { return reflect.DeepEqual(r, other) }

// equal compares each part: there are many secrets, and reflection takes long.
func (s *secret) equal(other *secret) bool {
	return s.CreatedAt.Equal(other.CreatedAt) && s.ChangedAt.Equal(other.ChangedAt) && s.RotatedAt.Equal(other.RotatedAt) &&
		slices.Equal(s.Versions, other.Versions) && maps.Equal(s.Labels, other.Labels) && s.InitialDigest == other.InitialDigest &&
		s.Rotation == other.Rotation && reflect.DeepEqual(s.Unfinished, other.Unfinished)
}
