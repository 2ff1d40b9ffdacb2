package local

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/printable"
	"cognito-m2m/internal/run"
)

// typeName is the form of a resource type.
var typeName = regexp.MustCompile(`^[A-Za-z0-9]+::[A-Za-z0-9]+(::[A-Za-z0-9]+)?$`)

// acceptedTypes are resource types that a run does without.
type acceptedTypes []string

func (a acceptedTypes) has(name string) bool { return slices.Contains(a, name) }

// acceptedTypes reads the file anew, because a run that follows changes meets many versions of it.
// A file that is not there accepts nothing.
func (h *host) acceptedTypes() (accepted acceptedTypes, err error) {
	file := h.cfg.AcceptedTypes
	if file == "" {
		return nil, nil
	}
	content, err := run.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the accepted types: %w", err)
	}
	var problems []error
	number := 0
	for line := range strings.Lines(string(content)) {
		number++
		text, _, _ := strings.Cut(line, "#")
		switch text = strings.TrimSpace(text); {
		case text == "":
		case !typeName.MatchString(text):
			problems = append(problems, fmt.Errorf("%s:%d: a resource type is needed, such as AWS::DynamoDB::Table, and nothing else but a comment", file, number))
		default:
			accepted = append(accepted, text)
		}
	}
	return accepted, errors.Join(problems...)
}

// endpointVariables are what leads an SDK to a service of this machine, by the part of a type that
// names the service.
var endpointVariables = map[string]string{
	"DynamoDB": "DYNAMODB", "S3": "S3", "SQS": "SQS", "SNS": "SNS", "Kinesis": "KINESIS", "Events": "EVENTBRIDGE", "SES": "SES",
	"StepFunctions": "SFN", "SSM": "SSM", "KMS": "KMS", "RDS": "RDS", "ElastiCache": "ELASTICACHE", "KinesisFirehose": "FIREHOSE",
}

// missing says what a run lacks without a type.
func missing(typeName string) string {
	parts := strings.Split(typeName, "::")
	if variable, known := endpointVariables[parts[min(1, len(parts)-1)]]; known {
		return "functions that call it get an error, unless you point them at another one: --function-env NAME:" +
			endpointVariable + "_" + variable + "=http://127.0.0.1:PORT"
	}
	return "what it does on AWS does not happen here"
}

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
				problem.Type, len(ids), strings.Join(ids, ", "), missing(problem.Type), problem.RefusedBy))))
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
