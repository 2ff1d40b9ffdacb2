package local

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/printable"
	"cognito-m2m/internal/serving"
)

// byType puts the problems of each type that is not known into one, in the place of the first.
func byType(problems []assembly.Problem) (lines []error) {
	named := map[string][]string{}
	for _, problem := range problems {
		if problem.Type != "" && problem.Property == "" && !slices.Contains(named[problem.Type], problem.LogicalID) {
			named[problem.Type] = append(named[problem.Type], problem.LogicalID)
		}
	}
	reported := map[string]bool{}
	for _, problem := range problems {
		switch {
		case problem.Type == "":
			lines = append(lines, problem)
		case !reported[problem.Type]:
			reported[problem.Type] = true
			ids := named[problem.Type]
			lines = append(lines, errors.New(printable.Text(fmt.Sprintf("%s: the type %s is not simulated (%d: %s): %s (%s)", problem.Stack,
				problem.Type, len(ids), strings.Join(ids, ", "), serving.Missing(problem.Type), problem.RefusedBy))))
		}
	}
	return lines
}

// Refused says why an assembly can't be run: everything at once.
type Refused struct {
	Problems []assembly.Problem
}

func (r *Refused) Error() string {
	return "the assembly can't be run:\n" + errors.Join(byType(r.Problems)...).Error()
}

// OnlyUnsupported reports whether Config.Lenient would let the assembly run.
func (r *Refused) OnlyUnsupported() bool {
	return !slices.ContainsFunc(r.Problems, func(p assembly.Problem) bool { return p.Kind != assembly.Unsupported })
}

// UnknownTypes are the resource types that the runtime does not know, each once.
func (r *Refused) UnknownTypes() (types []string) {
	for _, problem := range r.Problems {
		if problem.Type != "" && !slices.Contains(types, problem.Type) {
			types = append(types, problem.Type)
		}
	}
	return types
}

// notSimulated lists, by type, the resources that have no effect locally.
func notSimulated(model *assembly.Model) string {
	counts := map[string]int{}
	for _, resource := range model.NotSimulated {
		counts[resource.Type]++
	}
	if len(counts) == 0 {
		return ""
	}
	var list []string
	for kind, count := range counts {
		list = append(list, fmt.Sprintf("%d %s", count, kind))
	}
	slices.Sort(list)
	return "Not simulated: " + strings.Join(list, ", ")
}
