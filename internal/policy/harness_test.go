package policy_test

import (
	"maps"
	"testing"

	"cognito-m2m/internal/policy"
)

// The accounts, principals and resources of the tests.
const (
	account, another = "111122223333", "444455556666"
	user             = "arn:aws:iam::" + account + ":user/team/alice"
	role             = "arn:aws:iam::" + account + ":role/reader"
	session          = "arn:aws:sts::" + account + ":assumed-role/reader/one"
	root             = "arn:aws:iam::" + account + ":root"
	object           = "arn:aws:s3:::bucket/object" // names no account
	secret           = "arn:aws:secretsmanager:eu-west-1:" + account + ":secret:m2m/dev/reader-AbCdEf"
	provider         = "arn:aws:iam::" + account + ":oidc-provider/token.actions.githubusercontent.com"
	key              = "arn:aws:kms:eu-west-1:" + account + ":key/0000"
)

// statement is one that a test writes in Go.
type statement map[string]any

func allow(action, resource any) statement { return effect("Allow", action, resource) }
func deny(action, resource any) statement  { return effect("Deny", action, resource) }

func effect(effect string, action, resource any) statement {
	s := statement{"Effect": effect, "Action": action}
	if resource != nil {
		s["Resource"] = resource
	}
	return s
}

// with is the statement with one more element.
func (s statement) with(element string, value any) statement {
	copied := maps.Clone(s)
	copied[element] = value
	return copied
}

// to is the statement for an AWS principal, or all of them.
func (s statement) to(principals ...any) statement {
	return s.with("Principal", map[string]any{"AWS": principals})
}

// when is the statement under one condition.
func (s statement) when(operator, key string, values any) statement {
	return s.with("Condition", map[string]any{operator: map[string]any{key: values}})
}

func document(statements ...statement) map[string]any {
	list := make([]any, 0, len(statements))
	for _, s := range statements {
		list = append(list, map[string]any(s))
	}
	return map[string]any{"Version": "2012-10-17", "Statement": list}
}

// parsed are documents, each of one statement list.
func parsed(t testing.TB, kind policy.Kind, statements ...statement) []*policy.Document {
	t.Helper()
	d, err := policy.Parse(kind, "P", document(statements...))
	if err != nil {
		t.Fatal(err)
	}
	return []*policy.Document{d}
}

// list is nil for no statements: then there is no policy of the kind.
type list []statement

// set are statements of policies of all kinds.
type set struct{ identity, resource, boundary, session list }

func (s set) parsed(t testing.TB) policy.Policies {
	t.Helper()
	of := func(kind policy.Kind, l list) []*policy.Document {
		if l == nil {
			return nil
		}
		return parsed(t, kind, l...)
	}
	return policy.Policies{
		Identity: of(policy.IdentityPolicy, s.identity), Resource: of(policy.ResourcePolicy, s.resource),
		Boundary: of(policy.PermissionsBoundary, s.boundary), Session: of(policy.SessionPolicy, s.session),
	}
}

// Outcomes of a decision.
const (
	allowed  = "allowed"
	implicit = "implicitly denied"
	explicit = "explicitly denied"
)

func outcome(d policy.Decision) string {
	switch {
	case d.Allowed:
		return allowed
	case d.Explicit:
		return explicit
	default:
		return implicit
	}
}

func by(arn string) policy.Principal { return policy.Principal{ARN: arn} }

func keys(pairs ...string) map[string][]string {
	all := map[string][]string{}
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = append(all[pairs[i]], pairs[i+1])
	}
	return all
}
