package cloudformation

import (
	"context"
	"maps"
	"net/url"
	"slices"
)

// Call runs an operation of the CloudFormation API on the parameters of its form. Output marshals
// to the XML of the operation's result. The error is an *Error.
func (s *Stacks) Call(_ context.Context, operation string, parameters url.Values) (output any, err error) {
	switch operation {
	case "DescribeStacks":
		return s.describeStacks(parameters)
	case "ListExports":
		return s.listExports()
	case "ListStacks":
		return s.listStacks(parameters)
	}
	return nil, unknownOperation(operation)
}

type describeStacksResult struct {
	Stacks []stackElement `xml:"Stacks>member"`
}

// stackElement is a stack on the wire. Its status is always that of a stack that was created, by a
// change set as CDK does it. Which members are there then is recorded from AWS:
// localstack/localstack 8b9a79f0, tests/aws/services/cloudformation/api/test_stacks.py,
// test_stack_lifecycle (28 November 2023) and test_no_echo_parameter (15 August 2025).
//
// Parity: CloudFormation: a stack is always just created
type stackElement struct {
	StackID                     string          `xml:"StackId"`
	StackName                   string          `xml:"StackName"`
	Description                 string          `xml:"Description,omitempty"`
	CreationTime                string          `xml:"CreationTime"`
	LastUpdatedTime             string          `xml:"LastUpdatedTime"`
	StackStatus                 string          `xml:"StackStatus"`
	DisableRollback             bool            `xml:"DisableRollback"`
	EnableTerminationProtection bool            `xml:"EnableTerminationProtection"`
	Capabilities                []string        `xml:"Capabilities>member"`
	NotificationARNs            struct{}        `xml:"NotificationARNs"`
	RollbackConfiguration       struct{}        `xml:"RollbackConfiguration"`
	Drift                       drift           `xml:"DriftInformation"`
	Outputs                     []outputElement `xml:"Outputs>member"`
	Tags                        tagElements     `xml:"Tags"`
}

type drift struct {
	Status string `xml:"StackDriftStatus"`
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

func (s Stack) element() stackElement {
	created := s.CreatedAt.UTC().Format("2006-01-02T15:04:05.000Z")
	e := stackElement{
		StackID:                     s.ID,
		StackName:                   s.Name,
		Description:                 s.Description,
		CreationTime:                created,
		LastUpdatedTime:             created,
		StackStatus:                 "CREATE_COMPLETE",
		EnableTerminationProtection: s.TerminationProtection,
		Capabilities:                capabilities,
		Drift:                       drift{Status: "NOT_CHECKED"},
	}
	for _, output := range s.Outputs {
		e.Outputs = append(e.Outputs, outputElement{
			OutputKey: output.Key, OutputValue: output.Value, Description: output.Description, ExportName: output.ExportName,
		})
	}
	for _, key := range slices.Sorted(maps.Keys(s.Tags)) {
		e.Tags.Members = append(e.Tags.Members, tagElement{Key: key, Value: s.Tags[key]})
	}
	return e
}
