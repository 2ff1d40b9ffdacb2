package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"cognito-m2m/internal/assembly/template"
)

// line is one part of a stack's record, which is a file of JSON lines. It has one of these. What
// does not change from one save to the next is encoded once.
type line struct {
	Stack     *Stack     `json:",omitempty"`
	Template  *Template  `json:",omitempty"`
	Plan      *plan      `json:",omitempty"` // of the operation that is under way
	Paused    *plan      `json:",omitempty"` // of the one that waits
	ChangeSet *ChangeSet `json:",omitempty"`
	Event     *Event     `json:",omitempty"`
}

// pausedPlan and changeSetLine are keys of lines that nothing else is the key of.
type (
	pausedPlan    struct{ of *plan }
	changeSetLine struct{ id, executionStatus string }
)

// appendRecord appends the stack as it is kept.
func (s *Stack) appendRecord(record []byte) []byte {
	written := make(map[any]string, len(s.written))
	write := func(key any, part line) {
		text, known := s.written[key]
		if !known {
			text = template.JSON(part) + "\n"
		}
		written[key] = text
		record = append(record, text...)
	}
	record = append(record, template.JSON(line{Stack: s})+"\n"...)
	if s.Template != nil {
		write(s.Template, line{Template: s.Template})
	}
	if s.Operation != nil {
		write(s.Operation.plan, line{Plan: s.Operation.plan})
	}
	if s.Paused != nil {
		write(pausedPlan{s.Paused.plan}, line{Paused: s.Paused.plan})
	}
	for i := range s.ChangeSets {
		set := &s.ChangeSets[i]
		write(changeSetLine{set.ID, set.ExecutionStatus}, line{ChangeSet: set})
	}
	for i := range s.Events {
		write(s.Events[i].ID, line{Event: &s.Events[i]})
	}
	s.written = written
	return record
}

// RecordError says which record can't be used.
type RecordError struct {
	StackID string
	Err     error
}

func (e *RecordError) Error() string {
	return "the record of stack " + e.StackID + " can't be used: " + e.Err.Error()
}

func (e *RecordError) Unwrap() error { return e.Err }

// read is the stack of a record.
func read(record []byte) (*Stack, error) {
	decoder := json.NewDecoder(bytes.NewReader(record))
	decoder.UseNumber()
	var s *Stack
	for {
		var part line
		err := decoder.Decode(&part)
		if errors.Is(err, io.EOF) && s != nil {
			return s, s.checkPlans()
		}
		if err == nil && s == nil && part.Stack == nil {
			err = errors.New("it does not begin with the stack")
		}
		if err != nil {
			return nil, fmt.Errorf("decoding: %w", err)
		}
		if part.Stack != nil {
			s = part.Stack
		}
		s.add(part)
	}
}

// checkPlans refuses an operation whose plan is not in the record.
func (s *Stack) checkPlans() error {
	for _, o := range []*operation{s.Operation, s.Paused} {
		if o != nil && (o.plan == nil || o.Phase == going && o.Targets == nil) {
			return errors.New("the plan of its operation is missing")
		}
	}
	return nil
}

// add gives the stack what stands in another line than its own.
func (s *Stack) add(part line) {
	switch {
	case part.Template != nil:
		s.Template = part.Template
	case part.Plan != nil && s.Operation != nil:
		s.Operation.plan = part.Plan
	case part.Paused != nil && s.Paused != nil:
		s.Paused.plan = part.Paused
	case part.ChangeSet != nil:
		s.ChangeSets = append(s.ChangeSets, *part.ChangeSet)
	case part.Event != nil:
		s.Events = append(s.Events, *part.Event)
	}
}
