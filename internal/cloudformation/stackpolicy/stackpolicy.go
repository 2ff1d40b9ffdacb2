// Package stackpolicy is what the policy of a CloudFormation stack lets an update do to resources.
//
// It owns the document and its evaluation. It does not own when an update asks.
//
// Sources: the CloudFormation user guide, "Prevent updates to stack resources"; what AWS refuses in
// public recordings, localstack/localstack 8b9a79f0, api/test_stack_policies.py (October and
// November 2022); the words of a denial, Kotaimen/awscfncli, README, a log of 13 January 2017.
package stackpolicy

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Action is what an update does to a resource.
type Action string

// The actions. Update:* is all of them.
const (
	Modify  Action = "Update:Modify"
	Replace Action = "Update:Replace"
	Delete  Action = "Update:Delete"
)

// ErrInvalid has CloudFormation's words for a policy that is none.
var ErrInvalid = errors.New("Error validating stack policy: Invalid stack policy") //nolint:staticcheck // AWS's words

// Policy is a stack's policy.
type Policy struct{ statements []statement }

type statement struct {
	effect            string
	actions           []string
	resources, except []string // except is NotResource
	types             []string // of the condition; empty is any
	like              bool     // the types have wildcards
}

// Parse reads a policy. The error is ErrInvalid, or says what can't be done here.
//
// Parity: CloudFormation: words of a stack policy
func Parse(text string) (*Policy, error) {
	var document struct {
		Statement oneOrMore[map[string]json.RawMessage]
	}
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		return nil, ErrInvalid
	}
	p := &Policy{}
	for _, elements := range document.Statement {
		s, err := parse(elements)
		if err != nil {
			return nil, err
		}
		p.statements = append(p.statements, s)
	}
	return p, nil
}

func parse(elements map[string]json.RawMessage) (s statement, err error) {
	var principal oneOrMore[string]
	for name, value := range elements {
		switch name {
		case "Effect":
			err = json.Unmarshal(value, &s.effect)
		case "Action":
			err = into(value, &s.actions)
		case "Principal":
			err = json.Unmarshal(value, &principal)
		case "Resource":
			err = into(value, &s.resources)
		case "NotResource":
			err = into(value, &s.except)
		case "Condition":
			err = s.condition(value)
		case "Sid":
		default:
			return s, fmt.Errorf("Error validating stack policy: the element %s is not simulated", name) //nolint:staticcheck // as ErrInvalid
		}
		if err != nil {
			return s, ErrInvalid
		}
	}
	valid := (s.effect == "Allow" || s.effect == "Deny") && slices.Equal(principal, oneOrMore[string]{"*"}) &&
		len(s.actions) > 0 && (s.resources == nil) != (s.except == nil)
	for _, action := range s.actions {
		valid = valid && slices.Contains([]string{"Update:*", string(Modify), string(Replace), string(Delete)}, action)
	}
	if !valid {
		return s, ErrInvalid
	}
	return s, nil
}

// condition reads {"StringEquals": {"ResourceType": ["AWS::SNS::Topic"]}}, or the same with
// StringLike.
func (s *statement) condition(value json.RawMessage) error {
	var operators map[string]map[string]oneOrMore[string]
	if err := json.Unmarshal(value, &operators); err != nil {
		return err
	}
	for operator, keys := range operators {
		types, known := keys["ResourceType"]
		if len(operators) != 1 || len(keys) != 1 || !known || operator != "StringEquals" && operator != "StringLike" {
			return ErrInvalid
		}
		s.types, s.like = types, operator == "StringLike"
	}
	return nil
}

// Denies is why the policy does not let an update do something to a resource, "" if it does. What
// no statement allows is denied, and a denial goes before any permission.
func (p *Policy) Denies(action Action, logicalID, resourceType string) (reason string) {
	allowed := false
	for i, s := range p.statements {
		switch {
		case !s.meets(action, logicalID, resourceType):
		case s.effect == "Deny":
			about := "[" + strings.Join(s.resources, ", ") + "]"
			if s.except != nil {
				about = "other than [" + strings.Join(s.except, ", ") + "]"
			}
			return fmt.Sprintf("Action denied by stack policy: Statement [#%d] does not allow [%s] for resource %s;", i+1, strings.Join(s.actions, ", "), about)
		default:
			allowed = true
		}
	}
	if allowed {
		return ""
	}
	return "Action not allowed by stack policy"
}

func (s statement) meets(action Action, logicalID, resourceType string) bool {
	id := "LogicalResourceId/" + logicalID
	if s.except != nil && matches(s.except, id) || s.resources != nil && !matches(s.resources, id) {
		return false
	}
	ofType := s.types == nil || slices.Contains(s.types, resourceType) || s.like && matches(s.types, resourceType)
	if !ofType {
		return false
	}
	return slices.Contains(s.actions, "Update:*") || slices.Contains(s.actions, string(action))
}

// matches says that a text fits one of the patterns, in which * stands for any text. A text here
// has no character that is special to package path but the slash, which * is to match as well.
func matches(patterns []string, text string) bool {
	plain := func(s string) string { return strings.ReplaceAll(s, "/", ".") }
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(plain(pattern), plain(text))
		return ok && err == nil
	})
}

// oneOrMore is a value, or a list of them.
type oneOrMore[T any] []T

// UnmarshalJSON implements json.Unmarshaler.
func (o *oneOrMore[T]) UnmarshalJSON(text []byte) error {
	var list []T
	if err := json.Unmarshal(text, &list); err == nil {
		*o = list
		return nil
	}
	var one T
	if err := json.Unmarshal(text, &one); err != nil {
		return err
	}
	*o = []T{one}
	return nil
}

func into(value json.RawMessage, list *[]string) error {
	var texts oneOrMore[string]
	err := json.Unmarshal(value, &texts)
	*list = texts
	return err
}
