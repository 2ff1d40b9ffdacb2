package cloudformation_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"cognito-m2m/internal/cloudformation"
)

func TestNewNamesEveryProblem(t *testing.T) {
	t.Parallel()
	_, err := cloudformation.New([]cloudformation.Stack{{Name: "one", ID: "1"}, {Name: "one", ID: "2"}, {Name: "no-id"}})
	if err == nil || !strings.Contains(err.Error(), `"one"`) || !strings.Contains(err.Error(), `"no-id"`) {
		t.Errorf("got %v, want both stacks named", err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	stacks, err := cloudformation.New([]cloudformation.Stack{{Name: "one", ID: "1"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		operation  string
		parameters url.Values
		message    string
	}{
		"unknown operation": {"MoveStack", nil, "DescribeStacks"},
		"a change":          {"DeleteStack", nil, "m2m up --empty"},
		"unknown stack":     {"DescribeStacks", url.Values{"StackName": {"two"}}, "Stack with id two does not exist"},
		"no name":           {"DescribeStacks", url.Values{"StackName": {""}}, "does not exist"},
	} {
		_, err := stacks.Call(t.Context(), test.operation, test.parameters)
		var refused *cloudformation.Error
		if !errors.As(err, &refused) || refused.Code() == "" || !strings.Contains(refused.Error(), test.message) {
			t.Errorf("%s: got %v, want an Error with %q", name, err, test.message)
		}
	}
}
