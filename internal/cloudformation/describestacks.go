package cloudformation

import (
	"context"
	"maps"
	"net/url"
	"slices"
)

// Call runs an operation of the CloudFormation API on the parameters of its form. Output marshals to the
// XML of the operation's result. The error is an *Error.
func (s *Stacks) Call(_ context.Context, operation string, parameters url.Values) (output any, err error) {
	if operation != "DescribeStacks" {
		return nil, unknownOperation(operation)
	}
	return s.describeStacks(parameters)
}

type describeStacksResult struct {
	Stacks []stackElement `xml:"Stacks>member"`
}

// stackElement is a stack on the wire. Its status is always that of a stack that was created.
//
// Parity: CloudFormation: a stack is always just created
type stackElement struct {
	StackID      string          `xml:"StackId"`
	StackName    string          `xml:"StackName"`
	Description  string          `xml:"Description,omitempty"`
	CreationTime string          `xml:"CreationTime"`
	StackStatus  string          `xml:"StackStatus"`
	Outputs      []outputElement `xml:"Outputs>member"`
	Tags         []tagElement    `xml:"Tags>member"`
}

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

// describeStacks tells all stacks, or the one that StackName gives by its name or id.
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
	e := stackElement{
		StackID:      s.ID,
		StackName:    s.Name,
		Description:  s.Description,
		CreationTime: s.CreatedAt.UTC().Format("2006-01-02T15:04:05.000Z"),
		StackStatus:  "CREATE_COMPLETE",
	}
	for _, output := range s.Outputs {
		e.Outputs = append(e.Outputs, outputElement{
			OutputKey: output.Key, OutputValue: output.Value, Description: output.Description, ExportName: output.ExportName,
		})
	}
	for _, key := range slices.Sorted(maps.Keys(s.Tags)) {
		e.Tags = append(e.Tags, tagElement{Key: key, Value: s.Tags[key]})
	}
	return e
}
