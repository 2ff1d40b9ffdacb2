package serving

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"cognito-m2m/internal/run"
)

// typeName is the form of a resource type.
var typeName = regexp.MustCompile(`^[A-Za-z0-9]+::[A-Za-z0-9]+(::[A-Za-z0-9]+)?$`)

// ReadAcceptedTypes are the resource types that the user does without, of Config.AcceptedTypes. It
// reads the file anew, because a run that follows changes meets many versions of it.
// A file that is not there accepts nothing.
func (r *Run) ReadAcceptedTypes() (accepted []string, err error) {
	file := r.AcceptedTypes
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

// Missing says what a run lacks without a type.
func Missing(typeName string) string {
	parts := strings.Split(typeName, "::")
	if variable, known := endpointVariables[parts[min(1, len(parts)-1)]]; known {
		return "functions that call it get an error, unless you point them at another one: --function-env NAME:" +
			endpointVariable + "_" + variable + "=http://127.0.0.1:PORT"
	}
	return "what it does on AWS does not happen here"
}
