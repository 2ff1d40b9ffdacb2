package cloudformation

import (
	"slices"
	"strings"

	"cognito-m2m/internal/cloudformation/engine"
)

type describeStackEventsResult struct {
	Events    []eventElement `xml:"StackEvents>member"`
	NextToken string         `xml:"NextToken,omitempty"`
}

// eventElement is an event in all answers that have one.
type eventElement struct {
	StackID            string `xml:"StackId"`
	EventID            string `xml:"EventId"`
	StackName          string `xml:"StackName,omitempty"`
	OperationID        string `xml:"OperationId,omitempty"`
	OperationType      string `xml:"OperationType,omitempty"`
	OperationStatus    string `xml:"OperationStatus,omitempty"`
	EventType          string `xml:"EventType,omitempty"`
	LogicalID          string `xml:"LogicalResourceId"`
	PhysicalID         string `xml:"PhysicalResourceId"`
	Type               string `xml:"ResourceType"`
	Timestamp          string `xml:"Timestamp"`
	Status             string `xml:"ResourceStatus"`
	Reason             string `xml:"ResourceStatusReason,omitempty"`
	Properties         string `xml:"ResourceProperties,omitempty"`
	ClientRequestToken string `xml:"ClientRequestToken,omitempty"`
}

func elementOfEvent(s *engine.Stack, event engine.Event) eventElement {
	return eventElement{
		StackID: s.ID, EventID: event.ID, StackName: s.Name, LogicalID: event.LogicalID, PhysicalID: event.PhysicalID,
		Type: event.Type, Timestamp: timeText(event.At), Status: event.Status, Reason: event.Reason,
		Properties: event.Properties, ClientRequestToken: event.Token,
	}
}

// eventsOnPage is how many events an answer has.
//
// Parity: CloudFormation: events on a page
const eventsOnPage = 100

// page is a page of events, the newest first, and the token of the next one. It begins after the
// event that the token names; ok is false if it names none.
func page(events []engine.Event, token string) (shown []engine.Event, next string, ok bool) {
	if token != "" {
		i := slices.IndexFunc(events, func(e engine.Event) bool { return e.ID == token })
		if i < 0 {
			return nil, "", false
		}
		events = events[:i]
	}
	first := max(0, len(events)-eventsOnPage)
	shown = slices.Clone(events[first:])
	slices.Reverse(shown)
	if first > 0 {
		next = events[first].ID
	}
	return shown, next, true
}

var errNextToken = invalid("The NextToken is none of this stack's.")

// describeStackEvents returns the events of a stack, the newest first.
func (r request) describeStackEvents() (any, error) {
	result, known := &describeStackEventsResult{}, false
	err := r.view(func(s *engine.Stack) {
		var shown []engine.Event
		shown, result.NextToken, known = page(s.Events, r.form.Get("NextToken"))
		for _, event := range shown {
			result.Events = append(result.Events, elementOfEvent(s, event))
		}
	})
	if err == nil && !known {
		err = errNextToken
	}
	return result, err
}

type describeEventsResult struct {
	Events    []eventElement `xml:"OperationEvents>member"`
	NextToken string         `xml:"NextToken,omitempty"`
}

// describeEvents returns the events of a stack, of one of its operations, or of the creation of a
// change set.
//
// Source: the API's model; the words of a request for nothing,
// aws-cloudformation/cloudformation-cli #1116.
//
// Parity: CloudFormation: events of operations
func (r request) describeEvents() (any, error) {
	result, known := &describeEventsResult{}, true
	look := func(s *engine.Stack, operation string) {
		var shown []engine.Event
		shown, result.NextToken, known = page(r.chosen(s, operation), r.form.Get("NextToken"))
		status := map[string]string{} // by operation
		for _, event := range shown {
			if _, known := status[event.Act.ID]; !known {
				status[event.Act.ID] = statusOf(s, event.Act.ID)
			}
			e := elementOfEvent(s, event)
			e.StackName, e.EventType = "", "STACK_EVENT"
			e.OperationID, e.OperationType, e.OperationStatus = event.Act.ID, event.Act.Type, status[event.Act.ID]
			result.Events = append(result.Events, e)
		}
	}
	set, stack, operation := r.form.Get("ChangeSetName"), r.form.Get("StackName"), r.form.Get("OperationId")
	var err error
	switch {
	case set != "" && (stack != "" || strings.HasPrefix(set, "arn:")):
		err = r.changeSet(func(s *engine.Stack, set *engine.ChangeSet) { look(s, set.Act.ID) })
	case stack != "":
		err = r.view(func(s *engine.Stack) { look(s, operation) })
	case operation != "":
		err = r.ofOperation(operation, look)
	default:
		err = invalid("One of ChangeSetName, OperationId or StackName must be specified")
	}
	if err == nil && !known {
		err = errNextToken
	}
	return result, err
}

// ofOperation shows the stack that an operation is of.
func (r request) ofOperation(id string, look func(*engine.Stack, string)) error {
	found := false
	r.Engine.Each(r.in, func(s *engine.Stack) {
		if !found && slices.ContainsFunc(s.Events, func(e engine.Event) bool { return e.Act.ID == id }) {
			found = true
			look(s, id)
		}
	})
	if !found {
		return invalid("Operation [%s] does not exist", id)
	}
	return nil
}

// chosen are the events of an operation, or all for "", of which the request may want the failed
// ones alone.
func (r request) chosen(s *engine.Stack, operation string) (events []engine.Event) {
	failed := flag(r.form, "Filters.FailedEvents")
	for _, event := range s.Events {
		if (operation == "" || event.Act.ID == operation) && (!failed || strings.HasSuffix(event.Status, "_FAILED")) {
			events = append(events, event)
		}
	}
	return events
}

// statusOf is what an operation has come to. One that another followed without an end of its own,
// such as an update that was rolled back, has failed.
func statusOf(s *engine.Stack, operation string) (status string) {
	status = "SUCCEEDED"
	for i, event := range s.Events {
		if event.Act.ID != operation || event.PhysicalID != s.ID {
			continue
		}
		switch {
		case strings.HasSuffix(event.Status, "_FAILED"):
			return "FAILED"
		case strings.HasSuffix(event.Status, "_COMPLETE"):
			status = "SUCCEEDED"
		case event.Act.Type == "CREATE_CHANGESET":
		case i == len(s.Events)-1 || s.Operation != nil && s.Operation.Act.ID == operation:
			status = "IN_PROGRESS"
		default:
			status = "FAILED"
		}
	}
	return status
}

// hookResults are in the answer even though there are none.
type hookResults struct {
	Members []struct{} `xml:"member"`
}

type listHookResultsResult struct {
	TargetType string      `xml:"TargetType,omitempty"`
	TargetID   string      `xml:"TargetId,omitempty"`
	Results    hookResults `xml:"HookResults"`
}

// listHookResults returns none, for no hook is ever called.
//
// Parity: CloudFormation: hooks and early validation
func (r request) listHookResults() (any, error) {
	kind, id := r.form.Get("TargetType"), r.form.Get("TargetId")
	switch {
	case (kind == "") != (id == ""):
		return nil, invalid("TargetType and TargetId are given together, or neither.")
	case kind != "" && kind != "CHANGE_SET":
		return nil, invalid("TargetType %s is not simulated: CHANGE_SET is.", kind)
	}
	if kind != "" {
		if found, _ := r.Engine.FindChangeSet(r.in, id, "", func(*engine.Stack, *engine.ChangeSet) {}); !found {
			return nil, noChangeSet(id)
		}
	}
	return listHookResultsResult{TargetType: kind, TargetID: id}, nil
}
