package cloudformation

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Stack is a stack of the assembly.
type Stack struct {
	Name string
	// ID is the stack's ARN.
	ID          string
	Description string
	Outputs     []Output
	Tags        map[string]string
	// TerminationProtection says that the stack can't be deleted.
	TerminationProtection bool
	// CreatedAt is the time of creation in answers.
	CreatedAt time.Time
}

// Output is an output of a stack.
type Output struct {
	Key   string
	Value string
	// Description is left out of the answer if empty.
	Description string
	// ExportName is left out of the answer if empty.
	ExportName string
}

// Stacks answers for a fixed list of stacks. It is safe for concurrent use.
type Stacks struct {
	stacks []Stack
}

// New returns the stacks as an API. Each needs a unique name and id.
func New(stacks []Stack) (*Stacks, error) {
	var problems []error
	seen := map[string]bool{}
	for _, stack := range stacks {
		if stack.Name == "" || stack.ID == "" || seen[stack.Name] || seen[stack.ID] {
			problems = append(problems, fmt.Errorf("stack %q: it needs a unique name and id", stack.Name))
		}
		seen[stack.Name], seen[stack.ID] = true, true
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("checking the stacks: %w", err)
	}
	return &Stacks{stacks: slices.Clone(stacks)}, nil
}
