package state

import (
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cognito"
)

// Candidate holds the ids, secrets and keys of one assembly's resources: the state's own where a
// resource is there already, else new ones. The state has them once it has adopted the candidate.
type Candidate struct {
	state     *State
	place     string               // account and Region, "" in a run of one assembly
	resources map[string]*resource // by stack and logical id
}

// Candidate is one for the next assembly, as yet without a resource.
func (s *State) Candidate() *Candidate {
	return &Candidate{state: s, resources: map[string]*resource{}}
}

// ID implements assembly.IDs: the id that the resource had before, or a new one of AWS's shape.
func (c *Candidate) ID(key assembly.Key) (string, error) {
	c.state.mu.Lock()
	defer c.state.mu.Unlock()
	name := c.name(key.Stack, key.LogicalID)
	for _, resources := range []map[string]*resource{c.resources, c.state.kept.Resources} {
		if known := resources[name]; known != nil && known.isOf(key) {
			c.resources[name] = known.withDeclared(key.Declared)
			return known.ID, nil
		}
	}
	id, err := newID(key)
	if err != nil {
		return "", fmt.Errorf("making an id for %s: %w", name, err)
	}
	c.resources[name] = &resource{Type: key.Type, Fingerprint: key.Fingerprint, Declared: key.Declared, Region: key.Region, ID: id}
	return id, nil
}

// isOf says whether the resource that was kept is the one of the key. A state of an older version
// has no Declared: that counts as unchanged.
func (r *resource) isOf(key assembly.Key) bool {
	return r.Type == key.Type && r.Fingerprint == key.Fingerprint && r.Region == key.Region &&
		(r.Declared == key.Declared || r.Declared == "")
}

// withDeclared returns the resource with Declared set. The state's own resource stays as it is,
// because the candidate may not be adopted.
func (r *resource) withDeclared(declared string) *resource {
	if r.Declared == declared {
		return r
	}
	with := *r
	with.Declared = declared
	return &with
}

const (
	userPoolType       = "AWS::Cognito::UserPool"
	userPoolClientType = "AWS::Cognito::UserPoolClient"
)

// name is the resource's in the file.
func (c *Candidate) name(stack, logicalID string) string { return c.place + stack + "/" + logicalID }

// of is the resource with an id: one of the candidate's, or one that it replaces.
func (c *Candidate) of(at assembly.Resource, id string) *resource {
	name := c.name(at.Stack, at.LogicalID)
	if kept := c.state.kept.Resources[name]; kept != nil && kept.ID == id {
		return kept
	}
	return c.resources[name]
}

func newID(key assembly.Key) (string, error) {
	switch {
	case key.Type == assembly.StackType:
		return uuid.NewString(), nil
	case key.Type == userPoolType:
		return cognito.NewUserPoolID(rand.Reader, key.Region)
	case key.Type == userPoolClientType:
		return cognito.NewClientID(rand.Reader)
	case key.Type == "AWS::SecretsManager::Secret":
		// The six characters that AWS puts behind the name in an ARN.
		return rand.Text()[:6], nil
	case strings.HasPrefix(key.Type, "AWS::ApiGatewayV2::"):
		return strings.ToLower(rand.Text()[:10]), nil
	default:
		// What CloudFormation ends a generated name with.
		return rand.Text()[:12], nil
	}
}

// ClientSecrets returns the app client's live secrets, oldest first; a new one at first. nil where
// the client has none.
func (c *Candidate) ClientSecrets(client assembly.UserPoolClient, now time.Time) ([]cognito.ClientSecret, error) {
	if !client.GenerateSecret {
		return nil, nil
	}
	c.state.mu.Lock()
	defer c.state.mu.Unlock()
	kept := c.of(client.Resource, client.ID)
	if len(kept.Secrets) == 0 {
		secret, err := cognito.NewClientSecret(rand.Reader)
		if err != nil {
			return nil, err
		}
		created := now.UTC().Truncate(time.Millisecond)
		kept.Secrets = secretsFromCognito([]cognito.ClientSecret{{ID: cognito.NewClientSecretID(client.ID, created), CreateDate: created, Value: secret}})
		put(&c.state.unkept.ClientSecrets, client.ID, kept.Secrets)
	}
	return secretsToCognito(kept.Secrets), nil
}

// Keys returns the user pool's signing keys, new ones at first.
func (c *Candidate) Keys(pool assembly.UserPool) (*cognito.Keys, error) {
	c.state.mu.Lock()
	defer c.state.mu.Unlock()
	kept := c.of(pool.Resource, pool.ID)
	if kept.Keys == nil {
		keys, err := cognito.GenerateKeys(rand.Reader)
		if err != nil {
			return nil, err
		}
		kept.Keys = keysFromCognito(keys)
		put(&c.state.unkept.Keys, pool.ID, kept.Keys)
	}
	return kept.Keys.toCognito()
}
