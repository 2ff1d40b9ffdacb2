package cloudformation

import (
	"net/url"
	"slices"
)

type listStacksResult struct {
	Summaries []stackSummary `xml:"StackSummaries>member"`
}

// stackSummary is a stack in the answer of ListStacks.
type stackSummary struct {
	StackID             string `xml:"StackId"`
	StackName           string `xml:"StackName"`
	TemplateDescription string `xml:"TemplateDescription,omitempty"`
	CreationTime        string `xml:"CreationTime"`
	LastUpdatedTime     string `xml:"LastUpdatedTime,omitempty"`
	DeletionTime        string `xml:"DeletionTime,omitempty"`
	StackStatus         string `xml:"StackStatus"`
	StackStatusReason   string `xml:"StackStatusReason,omitempty"`
	Drift               drift  `xml:"DriftInformation"`
}

// listStacks returns all stacks, or none if their status is not among the requested ones.
//
// Parity: CloudFormation: one page
func (s *Stacks) listStacks(parameters url.Values) (*listStacksResult, error) {
	result := &listStacksResult{}
	for _, stack := range s.stacks {
		e := stack.element()
		if listed(parameters, e) {
			result.Summaries = append(result.Summaries, e.summary())
		}
	}
	return result, nil
}

// listed says whether a stack has one of the statuses that are asked for.
func listed(parameters url.Values, e stackElement) bool {
	wanted := texts(parameters, "StackStatusFilter")
	return len(wanted) == 0 || slices.Contains(wanted, e.StackStatus)
}

func (e stackElement) summary() stackSummary {
	return stackSummary{
		StackID: e.StackID, StackName: e.StackName, TemplateDescription: e.Description,
		CreationTime: e.CreationTime, LastUpdatedTime: e.LastUpdatedTime, DeletionTime: e.DeletionTime,
		StackStatus: e.StackStatus, StackStatusReason: e.StackStatusReason, Drift: e.Drift,
	}
}

type listExportsResult struct {
	Exports []exportElement `xml:"Exports>member"`
}

type exportElement struct {
	ExportingStackID string `xml:"ExportingStackId"`
	Name             string `xml:"Name"`
	Value            string `xml:"Value"`
}

// listExports returns the outputs that stacks export.
//
// Parity: CloudFormation: one page
func (s *Stacks) listExports() (*listExportsResult, error) {
	result := &listExportsResult{}
	for _, stack := range s.stacks {
		for _, output := range stack.Outputs {
			if output.ExportName != "" {
				result.Exports = append(result.Exports, exportElement{ExportingStackID: stack.ID, Name: output.ExportName, Value: output.Value})
			}
		}
	}
	return result, nil
}
