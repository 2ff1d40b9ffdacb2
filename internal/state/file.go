package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cognito-m2m/internal/jsonvalue"
	"cognito-m2m/internal/redacted"
)

// version is the version of the file's format.
const version = 2

// file is the content of state.json. A field that gets another name or type loses users' ids and
// secrets.
type file struct {
	Version        int                  `json:"version"`
	Resources      map[string]*resource `json:"resources"` // by stack and logical id: m2m-dev-Api/HttpApi
	SecretsManager secretsManager       `json:"secrets_manager,omitzero"`
	AccessKey      AccessKey            `json:"aws_access_key,omitzero"`

	// Of a run into which stacks are deployed.
	Stacks    map[string]*Stack `json:"stacks,omitempty"`    // by account, Region and name
	Addresses map[string]string `json:"addresses,omitempty"` // of listeners, by what they serve
	// ChangedClients are app clients that were changed beside their templates, by id.
	ChangedClients map[string]json.RawMessage `json:"changed_clients,omitempty"`
	// RetainedPools are user pools that their stacks have given up and not deleted, by id.
	RetainedPools map[string]json.RawMessage `json:"retained_pools,omitempty"`
}

// AccessKey is what requests to AWS's APIs of this environment are signed with. It belongs to the
// state, as ids and keys do, so that settings which somebody has made for the environment hold in
// every run.
type AccessKey struct {
	ID     string        `json:"id"`
	Secret redacted.Text `json:"secret"`
}

// resource is what is kept of one CloudFormation resource.
type resource struct {
	Type string `json:"type"`
	// Fingerprint is the hash of the replacing properties that a run reads: if it differs, the
	// resource gets a new id.
	Fingerprint string `json:"fingerprint"`
	// Declared is the hash of the replacing properties that a run does not read. It is empty for a
	// type without such properties, and in files of older versions.
	Declared string         `json:"declared_fingerprint,omitempty"`
	Region   string         `json:"region"`
	ID       string         `json:"id"`
	Secrets  []clientSecret `json:"secrets,omitempty"` // of an app client, oldest first
	Keys     *signingKeys   `json:"keys,omitempty"`    // of a user pool
}

type clientSecret struct {
	ID         string        `json:"id"`
	CreateDate time.Time     `json:"create_date"`
	Value      redacted.Text `json:"value"`
}

// signingKeys are private keys.
type signingKeys struct {
	AccessToken []jose.JSONWebKey `json:"accessToken"`
	IDToken     []jose.JSONWebKey `json:"idToken"`
}

type secretsManager struct {
	Secrets map[string]*secret `json:"secrets"` // by ARN
}

type secret struct {
	CreatedAt     time.Time         `json:"created_at"`
	ChangedAt     time.Time         `json:"changed_at"`
	RotatedAt     time.Time         `json:"rotated_at,omitzero"`
	Versions      []secretVersion   `json:"versions"`
	Labels        map[string]string `json:"labels"` // ids of versions by staging label
	InitialDigest string            `json:"initial_digest,omitempty"`
	Rotation      rotation          `json:"rotation,omitzero"`
	Unfinished    *unfinished       `json:"unfinished,omitempty"`
}

type secretVersion struct {
	ID        string        `json:"id"`
	CreatedAt time.Time     `json:"created_at"`
	Value     redacted.Text `json:"value,omitempty"` // with poolAnywhere for the user pool's address
	Binary    bool          `json:"binary,omitempty"`
}

type rotation struct {
	Enabled  bool     `json:"enabled"`
	Schedule schedule `json:"schedule"`
	Applied  schedule `json:"applied,omitzero"`
}

type schedule struct {
	FunctionARN            string `json:"function_arn"`
	AutomaticallyAfterDays int    `json:"automatically_after_days,omitempty"`
}

type unfinished struct {
	Token    string `json:"token"`
	TestOnly bool   `json:"test_only,omitempty"`
}

// decode decodes a state file. Where that fails it looks at the version alone: another version may
// have other types.
func decode(raw []byte) (content file, err error) {
	content, asWritten := jsonvalue.Into[file](raw)
	var failure error
	if !asWritten {
		failure = json.Unmarshal(raw, &content)
	}
	format := struct {
		Version int `json:"version"`
	}{content.Version}
	if failure != nil {
		if err := json.Unmarshal(raw, &format); err != nil {
			return content, notState(err)
		}
	}
	switch {
	case format.Version != version:
		return content, fmt.Errorf("has version %d, and this program reads version %d", format.Version, version)
	case failure != nil:
		return content, notState(failure)
	}
	return content, content.check()
}

// everyResource gives the resources there are, and those of operations under way.
func (f *file) everyResource() iter.Seq[*resource] {
	return func(yield func(*resource) bool) {
		for _, r := range f.Resources {
			if !yield(r) {
				return
			}
		}
		for _, stack := range f.Stacks {
			if stack.Operation == nil {
				continue
			}
			for _, r := range stack.Operation.resources {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// has reports whether there is a resource of a type with this id.
func (f *file) has(typeName, id string) bool {
	for r := range f.everyResource() {
		if r.Type == typeName && r.ID == id {
			return true
		}
	}
	return false
}

// check checks what was read.
func (f *file) check() error {
	for arn, secret := range f.SecretsManager.Secrets {
		if secret == nil {
			return fmt.Errorf("has no secret for %q", arn)
		}
	}
	if err := checkResources(f.Resources); err != nil {
		return err
	}
	return f.checkStacks()
}

func checkResources(resources map[string]*resource) error {
	for key, r := range resources {
		if r == nil || r.ID == "" {
			return fmt.Errorf("has no id for %q", key)
		}
		if r.Keys == nil {
			continue
		}
		if _, err := r.Keys.toCognito(); err != nil {
			return notState(err)
		}
	}
	return nil
}

func notState(err error) error {
	return errors.New("is not the state of a local run: " + reason(err))
}

// reason is a JSON error without a quotation of what is in the file, which holds secrets.
func reason(err error) string {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("not JSON at byte %d", syntax.Offset)
	}
	if wrongType, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return wrongType.Field + " has the wrong JSON type"
	}
	return "a value can't be read"
}
