package template

import "strings"

// parameterKeys are the keys a template parameter can have.
//
// Parity: Assembly: constraints of parameters
var parameterKeys = keys("Type", "Default", "Description", "NoEcho", "AllowedValues", "AllowedPattern",
	"ConstraintDescription", "MinLength", "MaxLength", "MinValue", "MaxValue")

// StoredType begins the type of a parameter whose value is the name under which the true one is
// stored.
//
// Parity: Assembly: values kept in a store
const StoredType = "AWS::SSM::Parameter::Value<"

// checkParameters reports the parameters a run cannot have a value for.
func (s *scope) checkParameters() {
	for name, declaration := range ordered(s.parameters) {
		at := Place{scope: s, logicalID: name}
		object, ok := s.object(at, declaration)
		if !ok {
			continue
		}
		checkKeys(at, object, parameterKeys, LocalRuntime)
		if hidden, _ := scalarText(object["NoEcho"]); hidden == "true" && !s.TakesSecrets {
			at.invalid(LocalRuntime, "a NoEcho parameter holds a secret, and secrets do not belong in a template")
		}
		if _, ok := s.parameterValue(name, object); !ok {
			at.invalid(CloudFormation, "the parameter has no default, so there is no value for it")
		}
	}
}

// ParametersOf are the values of a stack's parameters, with their defaults. One without a value is
// left out.
func (e *Evaluation) ParametersOf(stackName string) map[string]string {
	values := map[string]string{}
	for _, s := range e.scopes {
		if s.Name != stackName {
			continue
		}
		for name, node := range s.parameters {
			declaration, _ := node.(map[string]any)
			if value, ok := s.parameterValue(name, declaration); ok {
				values[name] = value
			}
		}
	}
	return values
}

// parameterValue is what the parameter is deployed with: the value CDK wrote into the manifest,
// else the default.
func (s *scope) parameterValue(name string, declaration map[string]any) (string, bool) {
	if value, ok := s.Parameters[name]; ok {
		return value, true
	}
	return scalarText(declaration["Default"])
}

// parameter resolves Ref of a parameter: a text, or a list for the list types.
func (s *scope) parameter(at Place, name string) (any, bool) {
	declaration, _ := s.parameters[name].(map[string]any)
	value, ok := s.parameterValue(name, declaration)
	if !ok {
		return nil, false // reported where it is declared
	}
	typeName, _ := declaration["Type"].(string)
	if inner, isStored := strings.CutPrefix(typeName, StoredType); isStored {
		if stored, known := s.Stored[name]; known {
			value, typeName = stored, strings.TrimSuffix(inner, ">")
		}
	}
	switch {
	case strings.HasPrefix(typeName, StoredType):
		return at.invalid(LocalRuntime, "the value of parameter %s lies in the SSM Parameter Store of an AWS account, so it is not known here", name)
	case typeName == "CommaDelimitedList" || strings.HasPrefix(typeName, "List<"):
		if !at.spend(len(value) + nodeWork*(strings.Count(value, ",")+1)) {
			return nil, false
		}
		return commaDelimited(value), true
	case typeName == "String" || typeName == "Number" || strings.HasPrefix(typeName, "AWS::"):
		return value, true
	}
	return at.invalid(LocalRuntime, "parameter %s has the type %q, which is not known here", name, typeName)
}

func commaDelimited(value string) []any {
	items := []any{}
	if value == "" {
		return items
	}
	for item := range strings.SplitSeq(value, ",") {
		items = append(items, strings.TrimSpace(item))
	}
	return items
}
