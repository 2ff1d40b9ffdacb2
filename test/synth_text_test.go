package test

import (
	"fmt"
	"strings"
)

// text is a template value as one string, with what CloudFormation fills in as ${...}: an ARN that
// is joined from parts can then be compared and read.
func text(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	object, _ := value.(map[string]any)
	switch {
	case len(object) != 1:
	case object["Ref"] != nil:
		return fmt.Sprintf("${%v}", object["Ref"])
	case object["Fn::ImportValue"] != nil:
		return fmt.Sprintf("${import %v}", object["Fn::ImportValue"])
	case object["Fn::GetAtt"] != nil:
		if parts, _ := object["Fn::GetAtt"].([]any); len(parts) == 2 {
			return fmt.Sprintf("${%v.%v}", parts[0], parts[1])
		}
	case object["Fn::Join"] != nil:
		return joined(object["Fn::Join"])
	}
	return compact(value)
}

// flat is a value with everything that text shows as one string shown so.
func flat(value any) any {
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	if len(object) == 1 && (object["Ref"] != nil || object["Fn::Join"] != nil) {
		return text(value)
	}
	plain := map[string]any{}
	for key, element := range object {
		plain[key] = flat(element)
	}
	return plain
}

func joined(arguments any) string {
	list, _ := arguments.([]any)
	if len(list) != 2 {
		return compact(arguments)
	}
	parts, _ := list[1].([]any)
	texts := make([]string, 0, len(parts))
	for _, part := range parts {
		texts = append(texts, text(part))
	}
	return strings.Join(texts, text(list[0]))
}

// arn is an ARN in the environment's own Region and account.
func (s stage) arn(service, resource string) string {
	return "arn:" + s.partition() + ":" + service + ":" + s.region() + ":" + s.account() + ":" + resource
}

func (s stage) account() string { return orElse(s.env.Account, "${AWS::AccountId}") }

func (s stage) region() string { return orElse(s.env.Region, "${AWS::Region}") }

// partition is known to CDK once the Region is.
func (s stage) partition() string {
	if s.env.Region == "" {
		return "${AWS::Partition}"
	}
	if strings.HasPrefix(s.env.Region, "us-gov-") {
		return "aws-us-gov"
	}
	return "aws"
}

// poolID is the import of the user pool's id, "" where Identity does not export it.
func (s stage) poolID() string {
	for _, output := range s.stacks["Identity"].section("Outputs") {
		id, _ := at(output, "Value", "Ref").(string)
		if s.stacks["Identity"].resources("AWS::Cognito::UserPool")[id] != nil {
			return fmt.Sprintf("${import %v}", at(output, "Export", "Name"))
		}
	}
	return ""
}

// throughSecretsManager is the condition that a key is used by Secrets Manager alone.
func (s stage) throughSecretsManager() map[string]any {
	service := map[string]any{"kms:ViaService": "secretsmanager." + s.region() + ".amazonaws.com"}
	return map[string]any{"StringEquals": service}
}

func orElse(value, otherwise string) string {
	if value != "" {
		return value
	}
	return otherwise
}
