package diff

import (
	"fmt"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/printable"
)

// Options narrow a comparison.
type Options struct {
	// Environment is the only one to look at; empty looks at all.
	Environment string
}

// change is what happens to one resource. before is nil for one that is added, after for one that is removed.
type change struct {
	kind          Kind
	reason        string
	before, after *resource
	comparison    comparison
	known         []cause // see causes
}

// resource is the one to call it by.
func (c *change) resource() *resource {
	if c.after != nil {
		return c.after
	}
	return c.before
}

// Compare says what changes for a system that is deployed from before, when after is deployed. It fails if a template
// has a resource without a type, or if neither assembly has the environment in options.
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
			environment.Change = Added
		case !slices.Contains(after.StageNames(), name):
			environment.Change = Removed
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
	was, err := newEnvironment(before, name)
	if err != nil {
		return Environment{}, err
	}
	is, err := newEnvironment(after, name)
	if err != nil {
		return Environment{}, err
	}
	byStack, all := map[string][]*change{}, []*change{}
	for _, stack := range keys(was.stacks, is.stacks) {
		byStack[stack] = match(was.stacks[stack], is.stacks[stack])
		all = append(all, byStack[stack]...)
	}
	settle(all)
	for _, c := range all {
		found.add(name, c)
	}
	result := Environment{Name: name, Change: Same, Stacks: []Stack{}}
	for _, stack := range keys(byStack) {
		found.addStack(name, was.stacks[stack], is.stacks[stack])
		compared := newStackReport(stack, was.stacks[stack], is.stacks[stack], byStack[stack])
		if compared.Change != Same {
			result.Change = Changed
		}
		result.Stacks = append(result.Stacks, compared)
	}
	return result, nil
}

func newStackReport(name string, before, after *stack, changes []*change) Stack {
	s := Stack{Name: name, Change: Same, Resources: []Resource{}, Elements: elements(before, after)}
	for _, c := range changes {
		if c.kind != Same {
			s.Resources = append(s.Resources, c.report())
		}
	}
	slices.SortFunc(s.Resources, func(a, b Resource) int {
		return strings.Compare(a.Path+" "+a.LogicalID, b.Path+" "+b.LogicalID)
	})
	switch {
	case before == nil:
		s.Change = Added
	case after == nil:
		s.Change = Removed
	case len(s.Resources)+len(s.Elements) > 0:
		s.Change = Changed
	}
	return s
}

func (c *change) report() Resource {
	r := c.resource()
	reported := Resource{
		LogicalID:    r.logicalID,
		Type:         r.typeName,
		Path:         printable.Text(r.path()),
		Change:       c.kind,
		Reason:       c.reason,
		AssetChanged: c.comparison.assetChanged,
		Differences:  c.comparison.listed(),
	}
	if c.moved() {
		reported.WasLogicalID = c.before.logicalID
	}
	if reported.Differences == nil {
		reported.Differences = []Difference{}
	}
	return reported
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
