package stackpolicy_test

import (
	"errors"
	"strings"
	"testing"

	"cognito-m2m/internal/cloudformation/stackpolicy"
)

const topic = "AWS::SNS::Topic"

// statements is a policy of statements about all principals.
func statements(all ...string) string {
	return `{"Statement": [` + strings.ReplaceAll(strings.Join(all, ","), `{"Effect"`, `{"Principal": "*", "Effect"`) + `]}`
}

func TestDenies(t *testing.T) {
	t.Parallel()
	const (
		all       = `{"Effect": "Allow", "Action": "Update:*", "Resource": "*"}`
		byDefault = "Action not allowed by stack policy"
	)
	for name, c := range map[string]struct {
		policy string
		action stackpolicy.Action
		want   string
	}{
		"what nothing allows": {statements(), stackpolicy.Modify, byDefault},
		"everything":          {statements(all), stackpolicy.Delete, ""},
		"an empty policy":     {`{}`, stackpolicy.Modify, byDefault},
		"one statement that is no list": {
			`{"Statement": ` + strings.Replace(all, `{`, `{"Principal": ["*"], `, 1) + `}`, stackpolicy.Replace, "",
		},
		"the log of 13 January 2017": {
			statements(`{"Effect": "Deny", "Action": "Update:*", "Resource": "*"}`), stackpolicy.Modify,
			"Action denied by stack policy: Statement [#1] does not allow [Update:*] for resource [*];",
		},
		"a denial before a permission": {
			statements(`{"Effect": "Deny", "Action": ["Update:Replace", "Update:Delete"], "Resource": "LogicalResourceId/A"}`, all), stackpolicy.Replace,
			"Action denied by stack policy: Statement [#1] does not allow [Update:Replace, Update:Delete] for resource [LogicalResourceId/A];",
		},
		"a denial after a permission": {
			statements(all, `{"Effect": "Deny", "Action": "Update:Modify", "Resource": "LogicalResourceId/*"}`), stackpolicy.Modify,
			"Action denied by stack policy: Statement [#2] does not allow [Update:Modify] for resource [LogicalResourceId/*];",
		},
		"a denial of another action":   {statements(all, `{"Effect": "Deny", "Action": "Update:Delete", "Resource": "*"}`), stackpolicy.Modify, ""},
		"a denial of another resource": {statements(all, `{"Effect": "Deny", "Action": "Update:*", "Resource": "LogicalResourceId/B*"}`), stackpolicy.Modify, ""},
		"all but one":                  {statements(`{"Effect": "Allow", "Action": "Update:*", "NotResource": "LogicalResourceId/A"}`), stackpolicy.Modify, byDefault},
		"all but others":               {statements(`{"Effect": "Allow", "Action": "Update:*", "NotResource": "LogicalResourceId/B"}`), stackpolicy.Modify, ""},
		"its type": {
			statements(all, `{"Effect": "Deny", "Action": "Update:*", "Resource": "*", "Condition": {"StringEquals": {"ResourceType": ["AWS::SNS::Topic"]}}}`),
			stackpolicy.Modify, "Action denied by stack policy: Statement [#2] does not allow [Update:*] for resource [*];",
		},
		"types like its": {
			statements(all, `{"Effect": "Deny", "Action": "Update:*", "Resource": "*", "Condition": {"StringLike": {"ResourceType": "AWS::SNS::*"}}}`),
			stackpolicy.Modify, "Action denied by stack policy: Statement [#2] does not allow [Update:*] for resource [*];",
		},
		"a pattern that equals no type": {
			statements(all, `{"Effect": "Deny", "Action": "Update:*", "Resource": "*", "Condition": {"StringEquals": {"ResourceType": "AWS::SNS::*"}}}`),
			stackpolicy.Modify, "",
		},
	} {
		policy, err := stackpolicy.Parse(c.policy)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := policy.Denies(c.action, "A", topic); got != c.want {
			t.Errorf("%s: got  %q\nwant %q", name, got, c.want)
		}
	}
}

// TestInvalid holds api/test_stack_policies.py (October and November 2022): text that is no JSON,
// an action that is not an update's, a principal that is not everyone.
func TestInvalid(t *testing.T) {
	t.Parallel()
	for _, policy := range []string{
		"no JSON", `"text"`, `{"Statement": "text"}`,
		statements(`{"Effect": "Allow", "Action": "Delete:*", "Resource": "*"}`),
		`{"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "arn:aws:iam::123456789012:user/a", "Resource": "*"}]}`,
		`{"Statement": [{"Effect": "Allow", "Action": "Update:*", "Resource": "*"}]}`,
		statements(`{"Effect": "Perhaps", "Action": "Update:*", "Resource": "*"}`),
		statements(`{"Effect": "Allow", "Resource": "*"}`),
		statements(`{"Effect": "Allow", "Action": "Update:*"}`),
		statements(`{"Effect": "Allow", "Action": "Update:*", "Resource": "*", "NotResource": "*"}`),
		statements(`{"Effect": "Allow", "Action": "Update:*", "Resource": 5}`),
		statements(`{"Effect": "Allow", "Action": "Update:*", "Resource": "*", "Condition": {"Bool": {"ResourceType": "x"}}}`),
		statements(`{"Effect": "Allow", "Action": "Update:*", "Resource": "*", "Condition": {"StringLike": {"aws:x": "x"}}}`),
	} {
		if _, err := stackpolicy.Parse(policy); !errors.Is(err, stackpolicy.ErrInvalid) {
			t.Errorf("%s: %v", policy, err)
		}
	}
	if _, err := stackpolicy.Parse(statements(`{"Effect": "Allow", "NotAction": "Update:*", "Resource": "*"}`)); err == nil || !strings.Contains(err.Error(), "NotAction is not simulated") {
		t.Errorf("NotAction: %v", err)
	}
}
