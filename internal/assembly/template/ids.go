package template

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"iter"
	"slices"
	"strings"

	"cognito-m2m/internal/replacement"
)

// StackType is the Key.Type under which the GUID in a stack's AWS::StackId is asked for;
// Key.LogicalID is then empty.
const StackType = "AWS::CloudFormation::Stack"

// IDs keeps the ids AWS would generate. The same Key must give the same id for as long as the
// system is to be the same one; another Key must give another id.
//
// What an id looks like follows from Key.Type: the whole id for a user pool ("<Region>_<9
// characters>"), an app client, an API and its authorizers, integrations and routes; a GUID for
// StackType; and for every type that has a name instead of an id (functions, roles, log groups) the
// random part CloudFormation puts at the end of that name, 12 letters and digits. A secret's ARN
// takes the first six of them, mixed case on AWS, under the Key of its AWS::SecretsManager::Secret.
type IDs interface {
	ID(Key) (string, error)
}

// Key identifies a resource across runs. If it differs between two runs, AWS would have replaced
// the resource.
type Key struct {
	Stack     string // the stack's name
	LogicalID string
	Type      string // the CloudFormation resource type
	Region    string
	// Fingerprint is a stable hash of the resolved values of the properties whose change replaces
	// the resource, of those that a run reads. It is the same for all resources of a type that has
	// no such properties.
	Fingerprint string
	// Declared is the same for those that a run does not read, as the template has them. It is
	// empty for a type that has no such properties, among them user pools and app clients.
	Declared string
}

// fingerprintLength is in hexadecimal digits: 64 bits tell the few versions of one resource apart.
const fingerprintLength = 16

// ID is the id that AWS would generate for the resource.
func (r *Resource) ID(at Place) (string, bool) {
	value, ok := r.generated.get(at, func() (any, bool) {
		fingerprint, okFingerprint := r.fingerprint()
		declared, okDeclared := r.declaredFingerprint()
		if !okFingerprint || !okDeclared {
			return nil, false
		}
		return r.scope.newID(r.place(), Key{LogicalID: r.logicalID, Type: r.typeName, Fingerprint: fingerprint, Declared: declared})
	})
	id, _ := value.(string)
	return id, ok
}

// replacing gives the properties whose change replaces the resource: those that a run reads, or
// those whose values it does not look at.
func (r *Resource) replacing(read bool) iter.Seq[string] {
	names, _ := replacement.Properties(r.typeName)
	return func(yield func(string) bool) {
		for _, name := range names {
			if looked := r.typ.Properties[name].shape != anything; looked == read && !yield(name) {
				return
			}
		}
	}
}

// fingerprint hashes the properties that replace the resource and that a run reads, as they are
// after resolving.
//
// Parity: Assembly: changes that replace a resource
func (r *Resource) fingerprint() (string, bool) {
	replacing, complete := map[string]any{}, true
	for name := range r.replacing(true) {
		value, ok := r.Property(name)
		complete = complete && ok
		if value != nil {
			replacing[name] = value
		}
	}
	fingerprint, ok := r.hash(replacing)
	return fingerprint, ok && complete
}

// declaredFingerprint hashes the properties that replace the resource and that a run does not read.
func (r *Resource) declaredFingerprint() (string, bool) {
	unread := slices.Collect(r.replacing(false))
	if len(unread) == 0 {
		return "", true
	}
	return r.hash(r.identity(unread, set{}))
}

// identity is what the template declares of the named properties and, for each resource of the
// stack that they refer to, of those that replace that one. What is in seen is left out.
func (r *Resource) identity(of []string, seen set) map[string]any {
	seen[r.logicalID] = struct{}{}
	identity := map[string]any{}
	var references names
	for _, name := range of {
		if node, ok := r.declared[name]; ok {
			identity[name] = node
			r.scope.references(node, &references)
		}
	}
	for _, logicalID := range references.sorted() {
		other, isResource := r.scope.resources[logicalID]
		if _, known := seen[logicalID]; isResource && !known {
			others, _ := replacement.Properties(other.typeName)
			identity["Ref "+logicalID] = other.identity(others, seen)
		}
	}
	return identity
}

// hash is the same for equal properties.
func (r *Resource) hash(properties map[string]any) (string, bool) {
	encoded, err := json.Marshal(properties) // maps are written in the order of their keys
	if err != nil {
		r.place().invalid(LocalRuntime, "hashing the properties that replace the resource: %v", err)
		return "", false
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:fingerprintLength/2]), r.place().spend(len(encoded))
}

func (s *scope) newID(at Place, key Key) (any, bool) {
	if s.evaluation.options.IDs == nil {
		return at.invalid(LocalRuntime, "there is nothing to take ids from: Options.IDs is not set")
	}
	key.Stack, key.Region = s.Name, s.location.Region
	s.evaluation.asking.Lock()
	id, err := s.evaluation.options.IDs.ID(key)
	s.evaluation.asking.Unlock()
	if err != nil {
		return at.invalid(LocalRuntime, "generating an id: %v", err)
	}
	return id, true
}

// StackGUID is the GUID at the end of a stack's ARN.
func StackGUID(stackID string) string { return stackID[strings.LastIndex(stackID, "/")+1:] }

func (s *scope) newStackID(at Place) (any, bool) {
	guid, ok := s.newID(at, Key{Type: StackType})
	if !ok {
		return nil, false
	}
	return s.location.ARN("cloudformation", "stack/"+s.Name+"/"+guid.(string)), true
}

// generatedName is the name CloudFormation gives a resource whose template leaves the name out:
// stack-logicalID-random, its first two parts cut to fit limit characters.
//
// Parity: Assembly: generated names
func (r *Resource) generatedName(at Place, limit int) (string, bool) {
	random, ok := r.ID(at)
	if !ok {
		return "", false
	}
	half := max((limit-len(random)-2)/2, 1)
	return strings.Join([]string{cut(r.scope.Name, half), cut(r.logicalID, half), random}, "-"), true
}

func cut(text string, length int) string { return text[:min(len(text), length)] }
