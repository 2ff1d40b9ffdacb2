package diff

import (
	"fmt"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/diff/change"
)

// Options narrow a comparison.
type Options struct {
	// Environment is the only one to look at; empty looks at all.
	Environment string
}

// Compare says what changes for a system that is deployed from before, when after is deployed. It
// fails if a template has a resource without a type, or if neither assembly has the environment in
// options.
func Compare(before, after *assembly.Assembly, options Options) (*Report, error) {
	names := union(before.StageNames(), after.StageNames())
	if options.Environment != "" {
		if !slices.Contains(names, options.Environment) {
			return nil, fmt.Errorf("finding environment %q: the two cloud assemblies have the environments %s",
				options.Environment, strings.Join(names, ", "))
		}
		names = []string{options.Environment}
	}
	report := &Report{Environments: []Environment{}}
	var found findings
	for _, name := range names {
		environment := Environment{Name: name, Stacks: []Stack{}}
		switch {
		case !slices.Contains(before.StageNames(), name):
			environment.Change = change.Added
		case !slices.Contains(after.StageNames(), name):
			environment.Change = change.Removed
		default:
			var err error
			if environment, err = compareEnvironments(before, after, name, &found); err != nil {
				return nil, fmt.Errorf("comparing environment %s: %w", name, err)
			}
		}
		report.Environments = append(report.Environments, environment)
	}
	report.Findings = found.sorted()
	return report, nil
}

func compareEnvironments(before, after *assembly.Assembly, name string, found *findings) (Environment, error) {
	was, err := templatesOf(before, name)
	if err != nil {
		return Environment{}, err
	}
	is, err := templatesOf(after, name)
	if err != nil {
		return Environment{}, err
	}
	stacks := change.Compare(was, is)
	byStack, all := make([][]*outcome, len(stacks)), []*outcome{}
	for i, s := range stacks {
		byStack[i] = outcomesOf(s.Resources)
		all = append(all, byStack[i]...)
	}
	settle(all)
	linkMoves(all)
	for _, o := range all {
		found.add(name, o)
	}
	result := Environment{Name: name, Change: change.Same, Stacks: []Stack{}}
	for i, s := range stacks {
		found.addStack(name, s)
		compared := newStack(s, byStack[i])
		if compared.Change != change.Same {
			result.Change = change.Changed
		}
		result.Stacks = append(result.Stacks, compared)
	}
	return result, nil
}

func templatesOf(a *assembly.Assembly, name string) (*change.Environment, error) {
	stage, err := a.Stage(name)
	if err != nil {
		return nil, err
	}
	var templates []change.Template
	for _, t := range stage.Templates() {
		templates = append(templates, change.Template{
			StackName: t.StackName, Account: t.Account, Region: t.Region, TerminationProtection: t.TerminationProtection,
			Body: t.Body, Paths: t.Paths,
		})
	}
	return change.NewEnvironment(name, templates)
}

func newStack(compared change.StackChange, outcomes []*outcome) Stack {
	s := Stack{Name: compared.Name, Change: change.Same, Resources: []Resource{}, Elements: compared.Elements}
	for _, o := range outcomes {
		if o.kind != change.Same {
			s.Resources = append(s.Resources, o.report())
		}
	}
	slices.SortFunc(s.Resources, func(a, b Resource) int {
		return strings.Compare(a.Path+" "+a.LogicalID, b.Path+" "+b.LogicalID)
	})
	switch {
	case compared.Before == nil:
		s.Change = change.Added
	case compared.After == nil:
		s.Change = change.Removed
	case len(s.Resources)+len(s.Elements) > 0:
		s.Change = change.Changed
	}
	return s
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
