package state

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/secretsmanager"
)

// Stack is what is kept of a stack that was deployed into a run.
type Stack struct {
	// Template is the name of the stack's template in run.Folder.Templates. It is empty for a stack
	// that an operation is creating.
	Template string `json:"template,omitempty"`
	// There are the logical ids of the resources of that template that are there, sorted.
	There []string `json:"there,omitempty"`
	// Leftovers are what services keep although no template says it any more: see package partial.
	Leftovers json.RawMessage `json:"leftovers,omitempty"`
	// Operation is what is being done to the stack; nil for nothing.
	Operation *Operation `json:"operation,omitempty"`
}

// Operation is an operation on a stack that is not over.
type Operation struct {
	ID       string   `json:"id"`
	Template string   `json:"template,omitempty"` // the next one; empty for a deletion
	There    []string `json:"there,omitempty"`    // of that one, like those of the stack
	// resources are those of the next template, by stack and logical id.
	resources map[string]*resource
}

// operationForm is an Operation as it is written.
type operationForm struct {
	ID        string               `json:"id"`
	Template  string               `json:"template,omitempty"`
	There     []string             `json:"there,omitempty"`
	Resources map[string]*resource `json:"resources,omitempty"`
}

// MarshalJSON writes the resources, too.
func (o *Operation) MarshalJSON() ([]byte, error) {
	return json.Marshal(operationForm{o.ID, o.Template, o.There, o.resources})
}

// UnmarshalJSON reads the resources, too.
func (o *Operation) UnmarshalJSON(raw []byte) error {
	var form operationForm
	if err := json.Unmarshal(raw, &form); err != nil {
		return err
	}
	*o = Operation{ID: form.ID, Template: form.Template, There: form.There, resources: form.Resources}
	return nil
}

// prefixOf begins the names of what is in a place.
func prefixOf(at partition.Place) string { return at.AccountID + "/" + at.Region + "/" }

// Stacks are the stacks that are deployed, by place and name.
func (s *State) Stacks() map[partition.Place]map[string]Stack {
	s.mu.Lock()
	defer s.mu.Unlock()
	stacks := map[partition.Place]map[string]Stack{}
	for key, stack := range s.kept.Stacks {
		account, rest, _ := strings.Cut(key, "/")
		region, name, _ := strings.Cut(rest, "/")
		at := partition.Place{AccountID: account, Region: region}
		if stacks[at] == nil {
			stacks[at] = map[string]Stack{}
		}
		stacks[at][name] = *stack
	}
	return stacks
}

// HasStacks reports whether stacks are deployed: the state is of a run that is deployed into.
func (s *State) HasStacks() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.kept.Stacks) > 0
}

// HasAssembly reports whether the state is of a run of one assembly: no account and Region stand
// before the names of its resources.
func (s *State) HasAssembly() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.kept.Resources {
		if strings.Count(name, "/") == 1 {
			return true
		}
	}
	return false
}

// CandidateAt is a candidate for the stacks of a place, with the ids that they have.
func (s *State) CandidateAt(at partition.Place) *Candidate {
	return &Candidate{state: s, place: prefixOf(at), resources: map[string]*resource{}}
}

// CandidateFor is a candidate for an operation on a stack: with the ids that it has made, if it has
// been kept.
func (s *State) CandidateFor(at partition.Place, stack, operation string) *Candidate {
	c := s.CandidateAt(at)
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept := s.kept.Stacks[prefixOf(at)+stack]; kept != nil && kept.Operation != nil && kept.Operation.ID == operation {
		maps.Copy(c.resources, kept.Operation.resources)
	}
	return c
}

// KeepStack writes what there is of a stack. With an operation, the candidate's resources are kept
// beside those that the stack has; without one, they are the stack's from now on, unless the
// candidate is nil. A nil stack is gone, with its resources.
func (s *State) KeepStack(at partition.Place, name string, stack *Stack, next *Candidate) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := prefixOf(at) + name
	c := change{Stacks: map[string]*Stack{key: stack}}
	ofStack := func(name string) bool { return strings.HasPrefix(name, key+"/") }
	switch {
	case stack == nil:
		c.Resources = differences(s.kept.Resources, nil, (*resource).equal, ofStack)
	case stack.Operation != nil:
		operation := *stack.Operation
		if operation.resources = next.ofStack(key); s.kept.Stacks[key].hasMade(&operation) {
			operation.resources, c.GoesOn = nil, []string{key}
		}
		kept := *stack
		kept.Operation = &operation
		c.Stacks[key] = &kept
	case next != nil:
		c.Resources = differences(s.kept.Resources, next.ofStack(key), (*resource).equal, ofStack)
	}
	return s.change(c)
}

// hasMade reports whether the operation on the stack, which may be nil, has its resources already.
func (s *Stack) hasMade(o *Operation) bool {
	return s != nil && s.Operation != nil && s.Operation.ID == o.ID && maps.Equal(s.Operation.resources, o.resources)
}

// ofStack are the candidate's resources of one stack. Those that it has from the state are shared
// with it, so that a change of a client's secrets is one of both.
func (c *Candidate) ofStack(key string) map[string]*resource {
	own := maps.Clone(c.resources)
	maps.DeleteFunc(own, func(name string, _ *resource) bool { return !strings.HasPrefix(name, key+"/") })
	return own
}

// ServePoolAt says where one of several user pools is reached: secrets that name it get this
// address. An empty url is that of a pool that is gone.
func (s *State) ServePoolAt(poolID, url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	pools := maps.Clone(s.pools)
	if pools == nil {
		pools = poolAddresses{}
	}
	anywhere := "http://" + poolID + ".user-pool.invalid"
	delete(pools, anywhere)
	if url != "" {
		pools[anywhere] = url
	}
	s.pools = pools
}

// KeepSecretsManagerAt is KeepSecretsManager for the secrets of one place.
func (s *State) KeepSecretsManagerAt(at partition.Place, held secretsmanager.State) error {
	return s.keepSecrets(held, at.Has)
}

// SecretsManagerAt is what Secrets Manager holds in a place.
func (s *State) SecretsManagerAt(at partition.Place) secretsmanager.State {
	held := s.SecretsManager()
	maps.DeleteFunc(held.Secrets, func(arn string, _ secretsmanager.SecretState) bool { return !at.Has(arn) })
	return held
}

// Address is where something was served last, "" if it never was.
func (s *State) Address(of string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.Addresses[of]
}

// KeepAddresses writes where everything is served.
func (s *State) KeepAddresses(addresses map[string]string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if maps.Equal(addresses, s.kept.Addresses) {
		return nil
	}
	return keep(s, &s.kept.Addresses, maps.Clone(addresses))
}

// ChangedClient is what KeepChangedClient was given last for an app client; nil for nothing.
func (s *State) ChangedClient(id string) json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.ChangedClients[id]
}

// KeepChangedClient writes what an app client is that was changed beside its template. Nil: it is
// as its template says.
func (s *State) KeepChangedClient(id string, changed json.RawMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.kept.ChangedClients[id]; !known && changed == nil {
		return nil
	}
	clients := maps.Clone(s.kept.ChangedClients)
	if clients == nil {
		clients = map[string]json.RawMessage{}
	}
	clients[id] = changed
	if changed == nil {
		delete(clients, id)
	}
	return keep(s, &s.kept.ChangedClients, clients)
}

// checkStacks checks what was read of the stacks.
func (f *file) checkStacks() error {
	for key, stack := range f.Stacks {
		if stack == nil || strings.Count(key, "/") != 2 {
			return fmt.Errorf("has no stack for %q", key)
		}
		if stack.Operation == nil {
			continue
		}
		if err := checkResources(stack.Operation.resources); err != nil {
			return err
		}
	}
	return nil
}

// Keeps reports whether the candidate's resource is the one that the stack has already.
func (c *Candidate) Keeps(stack, logicalID string) bool {
	c.state.mu.Lock()
	defer c.state.mu.Unlock()
	name := c.name(stack, logicalID)
	kept, own := c.state.kept.Resources[name], c.resources[name]
	return kept != nil && own != nil && kept.ID == own.ID
}

// RetainedPools are what KeepRetainedPool was given, by id.
func (s *State) RetainedPools() map[string]json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.kept.RetainedPools)
}

// KeepRetainedPool writes a user pool that no stack has any more. Nil forgets it.
func (s *State) KeepRetainedPool(id string, pool json.RawMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	pools := maps.Clone(s.kept.RetainedPools)
	if pools == nil {
		pools = map[string]json.RawMessage{}
	}
	pools[id] = pool
	if pool == nil {
		delete(pools, id)
	}
	return keep(s, &s.kept.RetainedPools, pools)
}
