package assembly

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// StackType is the Key.Type under which the GUID in a stack's AWS::StackId is asked for; Key.LogicalID is then empty.
const StackType = "AWS::CloudFormation::Stack"

// IDs keeps the ids AWS would generate. The same Key must give the same id for as long as the system is to be the same
// one; another Key must give another id.
//
// What an id looks like follows from Key.Type: the whole id for a user pool ("<Region>_<9 characters>"), an app
// client, an API and its authorizers, integrations and routes; a GUID for StackType; and for every type that has a
// name instead of an id (functions, roles, log groups) the random part CloudFormation puts at the end of that name,
// 12 letters and digits. A secret's ARN takes the first six of them, mixed case on AWS, under the Key of its
// AWS::SecretsManager::Secret.
type IDs interface {
	ID(Key) (string, error)
}

// Key identifies a resource across runs. Two runs whose keys differ are, on AWS, a replacement.
type Key struct {
	Stack     string // the stack's name
	LogicalID string
	Type      string // the CloudFormation resource type
	Region    string
	// Fingerprint is a stable hash of the resolved values of the properties whose change replaces the resource. It is
	// the same for all resources of a type that has no such properties.
	Fingerprint string
}

// fingerprintLength is in hexadecimal digits: 64 bits tell the few versions of one resource apart.
const fingerprintLength = 16

// id is the resource's generated id.
func (r *resource) id(at place) (string, bool) {
	value, ok := r.generated.get(at, func() (any, bool) {
		fingerprint, ok := r.fingerprint()
		if !ok {
			return nil, false
		}
		return r.scope.newID(r.place(), Key{LogicalID: r.logicalID, Type: r.typeName, Fingerprint: fingerprint})
	})
	id, _ := value.(string)
	return id, ok
}

// fingerprint hashes the properties that replace the resource, as they are after resolving.
//
// Parity: Assembly: changes that replace a resource
func (r *resource) fingerprint() (string, bool) {
	replacing, complete := map[string]any{}, true
	for name, p := range ordered(r.kind.properties) {
		if !p.replaces {
			continue
		}
		value, ok := r.property(name)
		complete = complete && ok
		if value != nil {
			replacing[name] = value
		}
	}
	encoded, err := json.Marshal(replacing) // maps are written in the order of their keys
	if err != nil {
		r.place().invalid("hashing the properties that replace the resource: %v", err)
		return "", false
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:])[:fingerprintLength], complete
}

func (s *scope) newID(at place, key Key) (any, bool) {
	if s.evaluation.options.IDs == nil {
		return at.invalid("there is nothing to take ids from: Options.IDs is not set")
	}
	key.Stack, key.Region = s.name, s.region
	id, err := s.evaluation.options.IDs.ID(key)
	if err != nil {
		return at.invalid("generating an id: %v", err)
	}
	return id, true
}

func (s *scope) newStackID(at place) (any, bool) {
	guid, ok := s.newID(at, Key{Type: StackType})
	if !ok {
		return nil, false
	}
	return s.arn("cloudformation", "stack/"+s.name+"/"+guid.(string)), true
}

// generatedName is the name CloudFormation gives a resource whose template leaves the name out:
// stack-logicalID-random, its first two parts cut to fit limit characters.
//
// Parity: Assembly: generated names
func (r *resource) generatedName(at place, limit int) (string, bool) {
	random, ok := r.id(at)
	if !ok {
		return "", false
	}
	half := max((limit-len(random)-2)/2, 1)
	return strings.Join([]string{cut(r.scope.name, half), cut(r.logicalID, half), random}, "-"), true
}

func cut(text string, length int) string { return text[:min(len(text), length)] }
