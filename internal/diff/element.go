package diff

import (
	"strings"

	"cognito-m2m/internal/printable"
)

// sections are the parts of a template besides its resources that are compared, each a map of named entries.
var sections = []string{"Outputs", "Parameters", "Conditions", "Mappings", "Rules"}

// stackSection is the section of what a stack is given and the template does not say.
const stackSection = "Stack"

// elements lists what differs between two stacks besides their resources.
func elements(before, after *stack) []Element {
	found := []Element{}
	for _, section := range sections {
		was, is := object(bodyOf(before)[section]), object(bodyOf(after)[section])
		for _, name := range keys(was, is) {
			found = appendElement(found, section, name, was[name], is[name])
		}
	}
	if before != nil && after != nil {
		for _, s := range settings {
			found = appendElement(found, stackSection, s.name, s.of(before), s.of(after))
		}
	}
	return found
}

// settings are what belongs to a stack as a whole.
var settings = []struct {
	name string
	of   func(*stack) any
}{
	{"Account", func(s *stack) any { return given(s.Account) }},
	{"Region", func(s *stack) any { return given(s.Region) }},
	{"TerminationProtection", func(s *stack) any { return s.TerminationProtection }},
	{"Description", func(s *stack) any { return s.Body["Description"] }},
	{"Transform", func(s *stack) any { return s.Body["Transform"] }},
}

func appendElement(found []Element, section, name string, before, after any) []Element {
	var c comparison
	// The name is part of the path, because it may be what tells that a value is a secret.
	c.compare([]string{name}, before, after)
	if c.assetChanged {
		c.differences = append(c.differences, Difference{Property: name, Old: "an asset", New: "another asset"})
	}
	if noEcho(before) || noEcho(after) {
		hideDefault(c.differences, name)
	}
	if len(c.differences) == 0 {
		return found
	}
	for i, d := range c.differences {
		c.differences[i].Property = strings.TrimPrefix(d.Property, printable.Text(name)+".")
	}
	change := Changed
	switch {
	case section == stackSection:
	case before == nil:
		change = Added
	case after == nil:
		change = Removed
	}
	return append(found, Element{Section: section, Name: printable.Text(name), Change: change, Differences: c.listed()})
}

// hideDefault hides the default of a parameter that asks for it with NoEcho.
func hideDefault(differences []Difference, name string) {
	for i, d := range differences {
		if d.Property == printable.Text(name)+".Default" {
			differences[i].Old, differences[i].New = hidden, hidden
		}
	}
}

func noEcho(parameter any) bool { return show(object(parameter)["NoEcho"]) == "true" }

func bodyOf(s *stack) map[string]any {
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
