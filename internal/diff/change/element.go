package change

import (
	"strings"

	"cognito-m2m/internal/printable"
)

// Element is an output, parameter, condition or other part of a template that differs.
type Element struct {
	Section     string       `json:"section"` // Outputs, or Stack for what belongs to the stack as a whole
	Name        string       `json:"name"`
	Change      Kind         `json:"change"`
	Differences []Difference `json:"differences"`
}

// sections are the parts of a template besides its resources that are compared, each a map of named
// entries.
var sections = []string{"Outputs", "Parameters", "Conditions", "Mappings", "Rules"}

// stackSection is the section of a stack as a whole.
const stackSection = "Stack"

// elements lists what differs between two stacks besides their resources. Either stack may be nil.
func elements(before, after *Stack) []Element {
	found := []Element{}
	for _, section := range sections {
		was, is := Object(bodyOf(before)[section]), Object(bodyOf(after)[section])
		for _, name := range keys(was, is) {
			if differences := entryDifferences(name, was[name], is[name]); len(differences) > 0 {
				found = append(found, Element{section, printable.Text(name), entryKind(was[name], is[name]), differences})
			}
		}
	}
	if before == nil || after == nil {
		return found
	}
	for _, s := range settings {
		if differences := entryDifferences(s.name, s.of(before), s.of(after)); len(differences) > 0 {
			found = append(found, Element{stackSection, s.name, Changed, differences})
		}
	}
	return found
}

// settings are what belongs to a stack as a whole.
var settings = []struct {
	name string
	of   func(*Stack) any
}{
	{"Account", func(s *Stack) any { return given(s.Account) }},
	{"Region", func(s *Stack) any { return given(s.Region) }},
	{"TerminationProtection", func(s *Stack) any { return s.TerminationProtection }},
	{"Description", func(s *Stack) any { return s.Body["Description"] }},
	{"Transform", func(s *Stack) any { return s.Body["Transform"] }},
}

func entryKind(before, after any) Kind {
	switch {
	case before == nil:
		return Added
	case after == nil:
		return Removed
	}
	return Changed
}

func entryDifferences(name string, before, after any) []Difference {
	var c comparison
	// The name is part of the path, because it may be what tells that a value is a secret.
	c.compare([]string{name}, before, after)
	if c.assetChanged {
		c.differences = append(c.differences, Difference{Property: name, Old: "an asset", New: "another asset"})
	}
	if noEcho(before) || noEcho(after) {
		hideDefault(c.differences, name)
	}
	for i, d := range c.differences {
		c.differences[i].Property = strings.TrimPrefix(d.Property, printable.Text(name)+".")
	}
	return c.listed()
}

// hideDefault hides the default of a parameter that asks for it with NoEcho.
func hideDefault(differences []Difference, name string) {
	for i, d := range differences {
		if d.Property == printable.Text(name)+".Default" {
			differences[i].Old, differences[i].New = hidden, hidden
		}
	}
}

func noEcho(parameter any) bool { return Show(Object(parameter)["NoEcho"]) == "true" }

func bodyOf(s *Stack) map[string]any {
	if s == nil {
		return nil
	}
	return s.Body
}

// given is nil for a text that is not given.
func given(text string) any {
	if text == "" {
		return nil
	}
	return text
}
