package cloudformation

import (
	"net/url"
	"slices"
	"strings"
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
	LastUpdatedTime     string `xml:"LastUpdatedTime"`
	StackStatus         string `xml:"StackStatus"`
	Drift               drift  `xml:"DriftInformation"`
}

// listStacks returns all stacks, or none if their status is not among the requested ones.
//
// Parity: CloudFormation: one page
func (s *Stacks) listStacks(parameters url.Values) (*listStacksResult, error) {
	result := &listStacksResult{}
	for _, stack := range s.stacks {
		e := stack.element()
		if wanted := members(parameters, "StackStatusFilter"); len(wanted) > 0 && !slices.Contains(wanted, e.StackStatus) {
			continue
		}
		result.Summaries = append(result.Summaries, stackSummary{
			StackID: e.StackID, StackName: e.StackName, TemplateDescription: e.Description,
			CreationTime: e.CreationTime, LastUpdatedTime: e.LastUpdatedTime, StackStatus: e.StackStatus, Drift: e.Drift,
		})
	}
	return result, nil
}

// members are the items of a list in a form.
func members(parameters url.Values, list string) (items []string) {
	for name, values := range parameters {
		if strings.HasPrefix(name, list+".member.") {
			items = append(items, values...)
		}
	}
	return items
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
