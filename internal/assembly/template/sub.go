package template

import (
	"regexp"
	"strings"
)

var (
	subVariable = regexp.MustCompile(`\$\{([^}]*)\}`)
	subName     = regexp.MustCompile(`^[A-Za-z0-9_.:]+$`)
)

// sub is Fn::Sub in both forms: a text, or a list of a text and an object of the variables used in
// it.
func (s *scope) sub(at Place, argument any) (any, bool) {
	var variables map[string]any
	text, isText := argument.(string)
	if !isText {
		args, ok := arguments(at, "Fn::Sub", argument, exactly(2))
		if !ok {
			return nil, false
		}
		text, isText = args[0].(string)
		variables, ok = args[1].(map[string]any)
		if !ok || !isText {
			return at.invalid(CloudFormation, "Fn::Sub takes a text, or a list of a text and an object of variables")
		}
	}
	return s.substitute(at, text, variables)
}

func (s *scope) substitute(at Place, text string, variables map[string]any) (any, bool) {
	var out strings.Builder
	end := 0
	given, complete := s.subVariables(at, variables)
	if !at.spend(len(text)) {
		return nil, false
	}
	for _, match := range subVariable.FindAllStringSubmatchIndex(text, -1) {
		name := text[match[2]:match[3]]
		value, ok := s.subValue(at, name, given)
		complete = complete && ok
		if !at.spend(len(value)) {
			return nil, false
		}
		out.WriteString(text[end:match[0]])
		out.WriteString(value)
		if end = match[1]; out.Len() > maxText {
			return at.invalid(LocalRuntime, "Fn::Sub makes a text of more than %d bytes", maxText)
		}
	}
	out.WriteString(text[end:])
	return out.String(), complete
}

// subVariables resolves the variables of Fn::Sub's own, those that the text does not use too. One
// that has a problem is empty.
func (s *scope) subVariables(at Place, variables map[string]any) (map[string]string, bool) {
	texts, complete := make(map[string]string, len(variables)), true
	for name, node := range ordered(variables) {
		text, ok := s.resolveText(at, "Fn::Sub", node)
		complete = complete && ok
		texts[name] = text
	}
	return texts, complete
}

// subValue is what ${name} stands for: ${!name} is the literal ${name}, ${A.B} is Fn::GetAtt,
// anything else a Ref.
func (s *scope) subValue(at Place, name string, variables map[string]string) (string, bool) {
	if literal, ok := strings.CutPrefix(name, "!"); ok {
		return "${" + literal + "}", true
	}
	if text, ok := variables[name]; ok {
		return text, true
	}
	if !subName.MatchString(name) {
		at.invalid(CloudFormation, "Fn::Sub: ${%s} is not the name of anything; write ${!%s} for the literal text", name, name)
		return "", false
	}
	if strings.Contains(name, ".") {
		return s.resolveText(at, "Fn::Sub", map[string]any{"Fn::GetAtt": name})
	}
	return s.resolveText(at, "Fn::Sub", map[string]any{"Ref": name})
}
