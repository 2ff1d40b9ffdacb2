package serving

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"cognito-m2m/internal/run"
)

// acceptable is the form of a resource type, or of the ARN of a managed policy or role.
var acceptable = regexp.MustCompile(`^(?:[A-Za-z0-9]+::[A-Za-z0-9]+(?:::[A-Za-z0-9]+)?|arn:aws[a-z-]*:iam::(?:aws|[0-9]{12}):(?:policy|role)/[\w+=,.@/-]+)$`)

// ReadAccepted are the resource types, policies and roles that the user does without, of
// Config.Accepted. It reads the file anew, because a run that follows changes meets many versions
// of it. A file that is not there accepts nothing.
func (r *Run) ReadAccepted() (accepted []string, err error) {
	file := r.Accepted
	if file == "" {
		return nil, nil
	}
	content, err := run.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading what is accepted: %w", err)
	}
	var problems []error
	number := 0
	for line := range strings.Lines(string(content)) {
		number++
		text, _, _ := strings.Cut(line, "#")
		switch text = strings.TrimSpace(text); {
		case text == "":
		case !acceptable.MatchString(text):
			problems = append(problems, fmt.Errorf("%s:%d: a resource type is needed, such as AWS::DynamoDB::Table, or the ARN of a policy or role, and nothing else but a comment", file, number))
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
