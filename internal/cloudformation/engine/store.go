package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"cognito-m2m/internal/assembly/template"
)

// line is one part of a stack's record, which is JSON lines. It has one of these.
type line struct {
	Stack     *Stack     `json:",omitempty"`
	Template  *Template  `json:",omitempty"`
	Plan      *plan      `json:",omitempty"` // of the operation that is under way
	Paused    *plan      `json:",omitempty"` // of the one that waits
	ChangeSet *ChangeSet `json:",omitempty"`
	Event     *Event     `json:",omitempty"`
	// Changes says that this is all of the stack, and that a change stands in each line after it.
	// Records of before have no such line.
	Changes bool `json:",omitempty"`
}

var changesFollow = []byte(template.JSON(line{Changes: true}) + "\n")

// record is all of the stack, as it is kept.
func (s *Stack) record() ([]byte, error) {
	var record bytes.Buffer
	encoder := json.NewEncoder(&record)
	encoder.SetEscapeHTML(false)
	var failures []error
	write := func(part line) { failures = append(failures, encoder.Encode(part)) }
	write(line{Stack: s})
	if s.Template != nil {
		write(line{Template: s.Template})
	}
	if s.Operation != nil {
		write(line{Plan: s.Operation.plan})
	}
	if s.Paused != nil {
		write(line{Paused: s.Paused.plan})
	}
	for i := range s.ChangeSets {
		write(line{ChangeSet: &s.ChangeSets[i]})
	}
	for i := range s.Events {
		write(line{Event: &s.Events[i]})
	}
	record.Write(changesFollow)
	return record.Bytes(), errors.Join(failures...)
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
	all, changes, _ := bytes.Cut(record, changesFollow)
	s, err := readAll(all)
	if err == nil {
		err = s.replay(changes)
	}
	if err != nil {
		return nil, fmt.Errorf("decoding: %w", err)
	}
	return s, s.checkPlans()
}

func readAll(record []byte) (s *Stack, err error) {
	decoder := json.NewDecoder(bytes.NewReader(record))
	decoder.UseNumber()
	for {
		var part line
		err := decoder.Decode(&part)
		if errors.Is(err, io.EOF) && s != nil {
			return s, nil
		}
		if err == nil && s == nil && part.Stack == nil {
			err = errors.New("it does not begin with the stack")
		}
		if err != nil {
			return nil, err
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
		s.addEvent(*part.Event)
	}
}
