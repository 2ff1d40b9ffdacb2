package engine

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"cognito-m2m/internal/assembly/template"
)

// Event is one line of a stack's history.
type Event struct {
	ID                          string
	At                          time.Time
	LogicalID, PhysicalID, Type string
	Status                      string
	Reason                      string `json:",omitempty"`
	Properties                  string `json:",omitempty"` // JSON
	Token                       string `json:",omitempty"` // the ClientRequestToken of the operation
	Act                         act    // the operation
}

// maxEvents of a stack are kept, the newest. A creation has three for each resource, of which a
// stack has 500 at most; an update that replaces them all has five, with the clean-up.
//
// Parity: CloudFormation: how much of the past is kept
const maxEvents = 10_000

const userInitiated = "User Initiated"

// become gives the stack a status, with an event.
func (e *Engine) become(s *Stack, status, reason string) {
	s.Status, s.Reason = status, reason
	e.addEvent(s, Event{ID: uuid.NewString(), LogicalID: s.Name, PhysicalID: s.ID, Type: stackType, Status: status, Reason: reason})
}

// tell adds an event of a resource.
func (e *Engine) tell(s *Stack, r Resource, status, reason string) {
	event := Event{LogicalID: r.LogicalID, PhysicalID: r.PhysicalID, Type: r.Type, Status: status, Reason: reason}
	if event.Properties = template.JSON(r.Shown()); r.Properties == nil {
		event.Properties = "{}"
	}
	e.addEvent(s, event)
}

// tellOfCleanup adds an event of a deletion in the clean-up of an update, which has another form.
func (e *Engine) tellOfCleanup(s *Stack, r Resource, status, reason string) {
	e.addEvent(s, Event{
		ID: r.LogicalID + "-" + uuid.NewString(), LogicalID: r.LogicalID, PhysicalID: r.PhysicalID, Type: r.Type,
		Status: status, Reason: reason,
	})
}

// addEvent adds an event. No two events of a stack have the same time, so their ids differ.
func (e *Engine) addEvent(s *Stack, event Event) {
	event.At = e.now()
	if last := len(s.Events) - 1; last >= 0 && !event.At.After(s.Events[last].At) {
		event.At = s.Events[last].At.Add(time.Millisecond)
	}
	if event.ID == "" {
		event.ID = fmt.Sprintf("%s-%s-%s", event.LogicalID, event.Status, event.At.Format(eventTime))
	}
	if s.Operation != nil {
		event.Token, event.Act = s.Operation.Token, s.Operation.Act
	}
	s.addEvent(event)
}

// addEvent adds an event, and forgets the oldest. Most have the properties of the one before.
func (s *Stack) addEvent(event Event) {
	if last := len(s.Events) - 1; last >= 0 && s.Events[last].Properties == event.Properties {
		event.Properties = s.Events[last].Properties // one text for both
	}
	s.Events = append(s.Events, event)
	s.Events = s.Events[max(0, len(s.Events)-maxEvents):]
}

const eventTime = "2006-01-02T15:04:05.000Z"

// now is the time as answers show it.
func (e *Engine) now() time.Time { return e.config.Now().UTC().Truncate(time.Millisecond) }
