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

// ID implements assembly.IDs: the id that the resource had in the last run, or
// a new one of AWS's shape.
func (s *state) ID(key assembly.Key) (string, error) {
	name := stateKey(key.Stack, key.LogicalID)
	s.used[name] = true
	if known := s.resources[name]; known != nil && known.isOf(key) {
		return known.ID, nil
	}
	id, err := newID(key)
	if err != nil {
		return "", fmt.Errorf("making an id for %s: %w", name, err)
	}
	s.resources[name] = &resource{Type: key.Type, Fingerprint: key.Fingerprint, Region: key.Region, ID: id}
	return id, nil
}

func (r *resource) isOf(key assembly.Key) bool {
	return r.Type == key.Type && r.Fingerprint == key.Fingerprint && r.Region == key.Region
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
func (s *state) secretsOf(client assembly.UserPoolClient, now time.Time) ([]cognito.ClientSecret, error) {
	if !client.GenerateSecret {
		return nil, nil
	}
	kept := s.resources[stateKey(client.Stack, client.LogicalID)]
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
func (s *state) keysOf(pool assembly.UserPool) (*cognito.Keys, error) {
	kept := s.resources[stateKey(pool.Stack, pool.LogicalID)]
	if kept.Keys == nil {
		keys, err := cognito.GenerateKeys(random)
		if err != nil {
			return nil, err
		}
		kept.Keys = keys
	}
	return kept.Keys, nil
}
