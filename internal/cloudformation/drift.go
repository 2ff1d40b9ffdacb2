package cloudformation

import (
	"slices"

	"cognito-m2m/internal/cloudformation/engine"
)

// driftOf is what the last detection of drift found of a stack.
func driftOf(s *engine.Stack) drift {
	if s.Drift == nil || s.Deleted() {
		return drift{Status: "NOT_CHECKED"}
	}
	return drift{Status: s.Drift.StackStatus, At: timeText(s.Drift.At)}
}

type detectStackDriftResult struct {
	ID string `xml:"StackDriftDetectionId"`
}

func (r request) detectStackDrift() (any, error) {
	id, err := r.Engine.DetectDrift(r.ctx, r.in, r.form.Get("StackName"), texts(r.form, "LogicalResourceIds"))
	return detectStackDriftResult{id}, err
}

type driftDetectionResult struct {
	StackID         string `xml:"StackId"`
	ID              string `xml:"StackDriftDetectionId"`
	StackStatus     string `xml:"StackDriftStatus"`
	DetectionStatus string `xml:"DetectionStatus"`
	Drifted         int    `xml:"DriftedStackResourceCount"`
	Timestamp       string `xml:"Timestamp"`
}

func (r request) describeStackDriftDetectionStatus() (any, error) {
	id := r.form.Get("StackDriftDetectionId")
	result := driftDetectionResult{ID: id, DetectionStatus: "DETECTION_COMPLETE"}
	found := r.Engine.FindDrift(r.in, id, func(s *engine.Stack) {
		result.StackID, result.StackStatus, result.Timestamp = s.ID, s.Drift.StackStatus, timeText(s.Drift.At)
		for _, d := range s.Drift.Resources {
			if drifted(d) {
				result.Drifted++
			}
		}
	})
	if !found {
		return nil, invalid("Drift detection with id %s does not exist", id)
	}
	return result, nil
}

func drifted(d engine.ResourceDrift) bool { return d.Status == "MODIFIED" || d.Status == "DELETED" }

type resourceDriftsResult struct {
	Drifts driftElements `xml:"StackResourceDrifts"`
}

// driftElements is in the answer even if it is empty.
type driftElements struct {
	Members []driftElement `xml:"member"`
}

type driftElement struct {
	StackID     string              `xml:"StackId"`
	LogicalID   string              `xml:"LogicalResourceId"`
	PhysicalID  string              `xml:"PhysicalResourceId"`
	Type        string              `xml:"ResourceType"`
	Expected    string              `xml:"ExpectedProperties,omitempty"`
	Actual      string              `xml:"ActualProperties,omitempty"`
	Differences []differenceElement `xml:"PropertyDifferences>member"`
	Status      string              `xml:"StackResourceDriftStatus"`
	Timestamp   string              `xml:"Timestamp"`
}

type differenceElement struct {
	Path     string `xml:"PropertyPath"`
	Expected string `xml:"ExpectedValue"`
	Actual   string `xml:"ActualValue"`
	Type     string `xml:"DifferenceType"`
}

func (r request) describeStackResourceDrifts() (any, error) {
	result, wanted := &resourceDriftsResult{}, texts(r.form, "StackResourceDriftStatusFilters")
	err := r.view(func(s *engine.Stack) {
		if s.Drift == nil {
			return
		}
		for _, d := range s.Drift.Resources {
			if len(wanted) > 0 && !slices.Contains(wanted, d.Status) {
				continue
			}
			e := driftElement{
				StackID: s.ID, LogicalID: d.LogicalID, PhysicalID: d.PhysicalID, Type: d.Type, Expected: d.Expected, Actual: d.Actual,
				Status: d.Status, Timestamp: timeText(s.Drift.At),
			}
			for _, difference := range d.Differences {
				e.Differences = append(e.Differences, differenceElement(difference))
			}
			result.Drifts.Members = append(result.Drifts.Members, e)
		}
	})
	return result, err
}
