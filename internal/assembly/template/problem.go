package template

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cognito-m2m/internal/printable"
)

// Source says where in the assembly a resource comes from.
type Source struct {
	Stack     string // the stack's name: m2m-dev-Api
	LogicalID string
	Path      string // the construct path: dev/Api/Echo/Resource; empty if the assembly does not say
	Type      string // the CloudFormation type: AWS::Lambda::Function
}

// ProblemKind says what can be done about a Problem.
type ProblemKind int

const (
	// Invalid is a template that AWS refuses, or whose meaning can't be worked out here:
	// Problem.RefusedBy says which.
	Invalid ProblemKind = iota
	// Unsupported is a resource type or property that is neither simulated nor known to be without
	// effect. A run that leaves it out is possible, and may behave differently from the deployed
	// system.
	Unsupported
)

// Reason says what is wrong where CloudFormation has words of its own for it, or does not refuse
// the template as a whole.
type Reason int

const (
	// NoResource is a reference to a resource that is not in the template, or that its condition
	// leaves out.
	NoResource Reason = iota + 1
	// NoExport is an import of what no stack exports.
	NoExport
	// NoValue is a text that spells no number or boolean where the property is one.
	NoValue
)

// Problem is one reason why a stage cannot be run as it stands, with the place in the template it
// comes from.
type Problem struct {
	Kind      ProblemKind
	Stack     string // the stack's name: m2m-dev-Api
	LogicalID string // of the resource, output, parameter or condition; empty for the template as a whole
	Path      string // the construct path: dev/Api/HttpApi/Jwt; empty if the assembly does not say
	Property  string // JwtConfiguration.Audience[0]; empty for the resource as a whole
	// Reason is what a caller may have to tell apart, 0 where only Message says it. Missing is what
	// is not there: a logical id for NoResource, a name for NoExport; otherwise empty.
	Reason  Reason
	Missing string
	// Type is that of a resource whose type is not known: the reason of the problem; otherwise
	// empty.
	Type      string
	Message   string
	RefusedBy Refuser // 0 where it counts problems that are not listed
}

// Error gives the problem in one line: stack, construct path and logical id, property, message, and
// who refuses it. Names in it are the template's, and can neither steer a terminal nor begin
// another line.
func (p Problem) Error() string {
	var parts []string
	if p.Stack != "" {
		parts = append(parts, p.Stack)
	}
	switch {
	case p.Path != "" && p.LogicalID != "":
		parts = append(parts, fmt.Sprintf("%s (%s)", p.Path, p.LogicalID))
	case p.LogicalID != "":
		parts = append(parts, p.LogicalID)
	}
	if p.Property != "" {
		parts = append(parts, p.Property)
	}
	if p.RefusedBy != 0 {
		p.Message = strings.TrimSuffix(p.Message, ".") + " (" + p.RefusedBy.String() + ")"
	}
	return printable.Text(strings.Join(append(parts, p.Message), ": "))
}

// maxProblems of each kind are kept: more are not read, and one fault can cause any number.
const maxProblems = 100

// problemList keeps the first problems of each kind and counts the others. A repetition counts for
// nothing.
type problemList struct {
	listed map[Problem]struct{}
	kept   [Unsupported + 1]int
	more   [Unsupported + 1]int
}

func (l *problemList) add(source Source, p Problem) {
	p.Stack, p.LogicalID, p.Path = source.Stack, source.LogicalID, source.Path
	if _, known := l.listed[p]; known {
		return
	}
	if l.kept[p.Kind] == maxProblems {
		l.more[p.Kind]++
		return
	}
	if l.listed == nil {
		l.listed = map[Problem]struct{}{}
	}
	l.listed[p] = struct{}{}
	l.kept[p.Kind]++
}

// sorted lists the problems by place, so that two runs print the same, and last how many there are
// besides.
func (l *problemList) sorted() []Problem {
	problems := slices.SortedFunc(maps.Keys(l.listed), func(a, b Problem) int {
		return cmp.Or(
			strings.Compare(a.Stack, b.Stack),
			strings.Compare(a.LogicalID, b.LogicalID),
			strings.Compare(a.Property, b.Property),
			strings.Compare(a.Message, b.Message),
		)
	})
	return append(problems, l.unlisted()...)
}

// unlisted says how many more there are of each kind.
func (l *problemList) unlisted() (problems []Problem) {
	for kind, more := range l.more {
		if more > 0 {
			problems = append(problems, Problem{
				Kind:    ProblemKind(kind),
				Message: fmt.Sprintf("and %d more problems like these: only the first %d are listed", more, maxProblems),
			})
		}
	}
	return problems
}
