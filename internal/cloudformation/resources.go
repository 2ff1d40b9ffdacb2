package cloudformation

import (
	"maps"
	"slices"

	"cognito-m2m/internal/cloudformation/engine"
)

// resourceElement is a resource in all answers that have one; each has some of the members.
type resourceElement struct {
	StackName   string       `xml:"StackName,omitempty"`
	StackID     string       `xml:"StackId,omitempty"`
	LogicalID   string       `xml:"LogicalResourceId"`
	PhysicalID  string       `xml:"PhysicalResourceId,omitempty"`
	Type        string       `xml:"ResourceType"`
	Timestamp   string       `xml:"Timestamp,omitempty"`
	LastUpdated string       `xml:"LastUpdatedTimestamp,omitempty"`
	Status      string       `xml:"ResourceStatus"`
	Reason      string       `xml:"ResourceStatusReason,omitempty"`
	Metadata    string       `xml:"Metadata,omitempty"`
	Drift       resourceMark `xml:"DriftInformation"`
}

type resourceMark struct {
	Status string `xml:"StackResourceDriftStatus"`
	At     string `xml:"LastCheckTimestamp,omitempty"`
}

// resourcesOf are the resources of a stack in the order of their ids.
func resourcesOf(s *engine.Stack) (elements []resourceElement) {
	for _, id := range slices.Sorted(maps.Keys(s.Resources)) {
		r := s.Resources[id]
		elements = append(elements, resourceElement{
			StackName: s.Name, StackID: s.ID, LogicalID: id, PhysicalID: r.PhysicalID, Type: r.Type, Timestamp: timeText(r.UpdatedAt),
			Status: r.Status, Reason: r.Reason, Metadata: r.Metadata, Drift: markOf(s, id),
		})
	}
	return elements
}

// markOf is what the last detection of drift found of a resource.
func markOf(s *engine.Stack, id string) resourceMark {
	if s.Drift != nil {
		for _, d := range s.Drift.Resources {
			if d.LogicalID == id {
				return resourceMark{d.Status, timeText(s.Drift.At)}
			}
		}
	}
	return resourceMark{Status: "NOT_CHECKED"}
}

type listStackResourcesResult struct {
	Summaries []resourceElement `xml:"StackResourceSummaries>member"`
}

func (r request) listStackResources() (any, error) {
	result := &listStackResourcesResult{}
	found := r.Engine.View(r.in, r.form.Get("StackName"), func(s *engine.Stack) {
		for _, e := range resourcesOf(s) {
			e.LastUpdated, e.Timestamp, e.StackName, e.StackID, e.Metadata = e.Timestamp, "", "", "", ""
			result.Summaries = append(result.Summaries, e)
		}
	})
	if !found {
		return nil, unknownStack(r.form.Get("StackName"))
	}
	return result, nil
}

type describeStackResourcesResult struct {
	Resources []resourceElement `xml:"StackResources>member"`
}

// describeStackResources returns the resources of a stack, or of the one that has a physical id.
func (r request) describeStackResources() (any, error) {
	result, name, physical := &describeStackResourcesResult{}, r.form.Get("StackName"), r.form.Get("PhysicalResourceId")
	if name == "" {
		r.Engine.Each(r.in, func(s *engine.Stack) {
			for _, resource := range s.Resources {
				if !s.Deleted() && physical != "" && resource.PhysicalID == physical {
					name = s.Name
				}
			}
		})
		if name == "" {
			return nil, invalid("Stack for %s does not exist", physical)
		}
	}
	found := r.Engine.View(r.in, name, func(s *engine.Stack) {
		for _, e := range resourcesOf(s) {
			if wanted := r.form.Get("LogicalResourceId"); wanted != "" && wanted != e.LogicalID {
				continue
			}
			e.Metadata = ""
			result.Resources = append(result.Resources, e)
		}
	})
	if !found {
		return nil, unknownStack(name)
	}
	return result, nil
}

type describeStackResourceResult struct {
	Detail resourceElement `xml:"StackResourceDetail"`
}

func (r request) describeStackResource() (any, error) {
	name, id := r.form.Get("StackName"), r.form.Get("LogicalResourceId")
	result, there := &describeStackResourceResult{}, false
	found := r.Engine.View(r.in, name, func(s *engine.Stack) {
		for _, e := range resourcesOf(s) {
			if e.LogicalID == id {
				e.LastUpdated, e.Timestamp = e.Timestamp, ""
				result.Detail, there = e, true
			}
		}
	})
	switch {
	case !found:
		return nil, invalid("Stack '%s' does not exist", name)
	case !there:
		return nil, invalid("Resource %s does not exist for stack %s", id, name)
	}
	return result, nil
}
