package engine

import (
	"cmp"
	"slices"
	"strings"
)

// Fault fails a resource on purpose, once: the next step that is done to it.
type Fault struct {
	Target string // a logical id or a resource type
	Reason string // "" is a text that says where it comes from
}

// ParseFault reads LOGICAL_ID_OR_TYPE[=reason].
func ParseFault(text string) Fault {
	target, reason, _ := strings.Cut(text, "=")
	return Fault{Target: target, Reason: reason}
}

// injected is the reason of the fault that hits a step, "" if none does. That fault is used up.
func (e *Engine) injected(step Step) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, fault := range e.faults {
		if fault.Target == step.Resource.LogicalID || fault.Target == step.Resource.Type {
			e.faults = slices.Delete(slices.Clone(e.faults), i, i+1)
			return cmp.Or(fault.Reason, "It was to fail (--fail "+fault.Target+")")
		}
	}
	return ""
}

// Unused are the faults that no step was hit by.
func (e *Engine) Unused() []Fault {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.faults)
}
