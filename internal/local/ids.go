package local

import (
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cognito"
)

// draft holds the ids, secrets and keys of one assembly's resources: the state's
// own where a resource is there already, else new ones. The state knows of them
// once it has adopted the draft.
type draft struct {
	state     *state
	resources map[string]*resource // by stack and logical id
}

func (s *state) draft() *draft { return &draft{state: s, resources: map[string]*resource{}} }

// ID implements assembly.IDs: the id that the resource had before, or a new one
// of AWS's shape.
func (d *draft) ID(key assembly.Key) (string, error) {
	d.state.mu.Lock()
	defer d.state.mu.Unlock()
	name := stateKey(key.Stack, key.LogicalID)
	for _, resources := range []map[string]*resource{d.resources, d.state.resources} {
		if known := resources[name]; known != nil && known.isOf(key) {
			d.resources[name] = known.withDeclared(key.Declared)
			return known.ID, nil
		}
	}
	id, err := newID(key)
	if err != nil {
		return "", fmt.Errorf("making an id for %s: %w", name, err)
	}
	d.resources[name] = &resource{Type: key.Type, Fingerprint: key.Fingerprint, Declared: key.Declared, Region: key.Region, ID: id}
	return id, nil
}

// isOf: what a resource was kept without can't have changed.
func (r *resource) isOf(key assembly.Key) bool {
	return r.Type == key.Type && r.Fingerprint == key.Fingerprint && r.Region == key.Region &&
		(r.Declared == key.Declared || r.Declared == "")
}

// withDeclared adds what a resource was kept without. The state's own stays as it is, for the draft may not be adopted.
func (r *resource) withDeclared(declared string) *resource {
	if r.Declared == declared {
		return r
	}
	with := *r
	with.Declared = declared
	return &with
}

const userPoolClientType = "AWS::Cognito::UserPoolClient"

func stateKey(stack, logicalID string) string { return stack + "/" + logicalID }

func newID(key assembly.Key) (string, error) {
	switch {
	case key.Type == assembly.StackType:
		return uuid.NewString(), nil
	case key.Type == "AWS::Cognito::UserPool":
		return cognito.NewUserPoolID(random, key.Region)
	case key.Type == userPoolClientType:
		return cognito.NewClientID(random)
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

// secretsOf returns the app client's live secrets, a new one at first. nil
// where the client has none.
func (d *draft) secretsOf(client assembly.UserPoolClient, now time.Time) ([]cognito.ClientSecret, error) {
	if !client.GenerateSecret {
		return nil, nil
	}
	d.state.mu.Lock()
	defer d.state.mu.Unlock()
	kept := d.resources[stateKey(client.Stack, client.LogicalID)]
	if len(kept.Secrets) == 0 {
		secret, err := cognito.NewClientSecret(random)
		if err != nil {
			return nil, err
		}
		created := now.UTC().Truncate(time.Millisecond)
		kept.Secrets = []cognito.ClientSecret{{ID: cognito.NewClientSecretID(client.ID, created), CreateDate: created, Value: secret}}
	}
	return kept.Secrets, nil
}

// keysOf returns the user pool's signing keys, new ones at first.
func (d *draft) keysOf(pool assembly.UserPool) (*cognito.Keys, error) {
	d.state.mu.Lock()
	defer d.state.mu.Unlock()
	kept := d.resources[stateKey(pool.Stack, pool.LogicalID)]
	if kept.Keys == nil {
		keys, err := cognito.GenerateKeys(random)
		if err != nil {
			return nil, err
		}
		kept.Keys = keys
	}
	return kept.Keys, nil
}
