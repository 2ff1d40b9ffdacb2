package cloudformation

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"time"
)

// Call runs an operation of the CloudFormation API on the parameters of its form. Output marshals
// to the XML of the operation's result. The error is an *Error, or a *requester.DeniedError.
func (s *Stacks) Call(ctx context.Context, operation string, parameters url.Values) (output any, err error) {
	if _, ok := operations[operation]; ok {
		if err := permit(ctx, operation, parameters); err != nil {
			return nil, err
		}
	}
	switch operation {
	case "DescribeStacks":
		return s.describeStacks(parameters)
	case "ListExports":
		return s.listExports()
	case "ListStacks":
		return s.listStacks(parameters)
	}
	if operations[operation].changes {
		return nil, followsAssembly(operation)
	}
	return nil, unknownOperation(operation, []string{"DescribeStacks", "ListExports", "ListStacks"})
}

type describeStacksResult struct {
	Stacks []stackElement `xml:"Stacks>member"`
}

// stackElement is a stack on the wire. Which members are there in which status is recorded from
// AWS: localstack/localstack 8b9a79f0, tests/aws/services/cloudformation/api/test_stacks.py,
// test_stack_lifecycle (28 November 2023), test_stack_description_lifecycle (9 September 2025) and
// test_no_echo_parameter (15 August 2025).
type stackElement struct {
	StackID               string             `xml:"StackId"`
	StackName             string             `xml:"StackName"`
	ChangeSetID           string             `xml:"ChangeSetId,omitempty"`
	Description           string             `xml:"Description,omitempty"`
	Parameters            []parameterElement `xml:"Parameters>member"`
	CreationTime          string             `xml:"CreationTime"`
	DeletionTime          string             `xml:"DeletionTime,omitempty"`
	LastUpdatedTime       string             `xml:"LastUpdatedTime,omitempty"`
	StackStatus           string             `xml:"StackStatus"`
	StackStatusReason     string             `xml:"StackStatusReason,omitempty"`
	DisableRollback       bool               `xml:"DisableRollback"`
	TerminationProtection *bool              `xml:"EnableTerminationProtection"`
	RoleARN               string             `xml:"RoleARN,omitempty"`
	Capabilities          []string           `xml:"Capabilities>member"`
	NotificationARNs      memberTexts        `xml:"NotificationARNs"`
	RollbackConfiguration struct{}           `xml:"RollbackConfiguration"`
	Drift                 drift              `xml:"DriftInformation"`
	Outputs               []outputElement    `xml:"Outputs>member"`
	Tags                  tagElements        `xml:"Tags"`
}

type parameterElement struct {
	Key   string `xml:"ParameterKey"`
	Value string `xml:"ParameterValue"`
	// Resolved is what the Parameter Store has under the value.
	Resolved string `xml:"ResolvedValue,omitempty"`
}

// memberTexts is a list that is in the answer even without an item.
type memberTexts struct {
	Members []string `xml:"member"`
}

type drift struct {
	Status string `xml:"StackDriftStatus"`
	At     string `xml:"LastCheckTimestamp,omitempty"`
}

// tagElements is in the answer even without a tag.
type tagElements struct {
	Members []tagElement `xml:"member"`
}

// capabilities are those that the CDK CLI acknowledges in every deployment.
var capabilities = []string{"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"}

type outputElement struct {
	OutputKey   string `xml:"OutputKey"`
	OutputValue string `xml:"OutputValue"`
	Description string `xml:"Description,omitempty"`
	ExportName  string `xml:"ExportName,omitempty"`
}

type tagElement struct {
	Key   string `xml:"Key"`
	Value string `xml:"Value"`
}

// describeStacks returns all stacks, or the one whose name or id is StackName.
//
// Parity: CloudFormation: one page
func (s *Stacks) describeStacks(parameters url.Values) (*describeStacksResult, error) {
	result := &describeStacksResult{}
	name := parameters.Get("StackName")
	for _, stack := range s.stacks {
		if !parameters.Has("StackName") || name == stack.Name || name == stack.ID {
			result.Stacks = append(result.Stacks, stack.element())
		}
	}
	if parameters.Has("StackName") && len(result.Stacks) == 0 {
		return nil, unknownStack(name)
	}
	return result, nil
}

// element is a stack of the assembly, as it is once a change set has created it.
//
// Parity: CloudFormation: a stack is always just created
func (s Stack) element() stackElement {
	created := s.CreatedAt.UTC().Format(timeForm)
	e := stackElement{
		StackID:               s.ID,
		StackName:             s.Name,
		Description:           s.Description,
		CreationTime:          created,
		LastUpdatedTime:       created,
		StackStatus:           "CREATE_COMPLETE",
		TerminationProtection: new(s.TerminationProtection),
		Capabilities:          capabilities,
		Drift:                 drift{Status: "NOT_CHECKED"},
		Tags:                  tagsOf(s.Tags),
	}
	for _, output := range s.Outputs {
		e.Outputs = append(e.Outputs, outputElement{
			OutputKey: output.Key, OutputValue: output.Value, Description: output.Description, ExportName: output.ExportName,
		})
	}
	return e
}

func tagsOf(tags map[string]string) (e tagElements) {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		e.Members = append(e.Members, tagElement{Key: key, Value: tags[key]})
	}
	return e
}

const timeForm = "2006-01-02T15:04:05.000Z"

// timeText is a time in an answer, "" for none.
func timeText(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(timeForm)
}
