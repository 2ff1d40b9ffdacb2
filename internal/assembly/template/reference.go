package template

import (
	"strings"

	"cognito-m2m/internal/partition"
)

// ref is Ref of a pseudo parameter, a parameter or a resource.
func (s *scope) ref(at Place, argument any) (any, bool) {
	name, ok := argument.(string)
	if !ok {
		return at.invalid(CloudFormation, "Ref takes a name, not %s", describe(argument))
	}
	if strings.HasPrefix(name, "AWS::") {
		return s.pseudoParameter(at, name)
	}
	if _, ok := s.parameters[name]; ok {
		return s.parameter(at, name)
	}
	r, ok := s.referred(at, "Ref", name)
	if !ok {
		return nil, false
	}
	if r.typ.Ref == nil {
		return at.invalid(LocalRuntime, "Ref of %s: its value for %s is not known here", name, r.typeName)
	}
	return given(r.typ.Ref(at, r))
}

// getAtt is Fn::GetAtt as a list ["Resource", "Attribute"] or as a text "Resource.Attribute".
func (s *scope) getAtt(at Place, argument any) (any, bool) {
	var logicalID, name string
	switch argument := argument.(type) {
	case string:
		logicalID, name, _ = strings.Cut(argument, ".")
	case []any:
		if len(argument) == 2 {
			logicalID, _ = argument[0].(string)
			// The attribute alone may itself be an intrinsic (of parameters).
			text, ok := s.resolveText(at, "Fn::GetAtt", argument[1])
			if !ok {
				return nil, false
			}
			name = text
		}
	}
	if logicalID == "" || name == "" {
		return at.invalid(CloudFormation, "Fn::GetAtt takes a logical id and the name of an attribute")
	}
	r, ok := s.referred(at, "Fn::GetAtt", logicalID)
	if !ok {
		return nil, false
	}
	attribute, ok := r.typ.Attributes[name]
	if !ok && r.typ.Other != nil {
		attribute, ok = r.typ.Other(name), true
	}
	if !ok {
		return at.invalid(LocalRuntime, "Fn::GetAtt of %s: %s has no attribute %s that is known here", logicalID, r.typeName, name)
	}
	return given(attribute(at, r))
}

// given is an attribute as a value of the template.
func given(text string, ok bool) (any, bool) { return text, ok }

// referred finds the resource a reference names.
func (s *scope) referred(at Place, function, logicalID string) (*Resource, bool) {
	if at.conditional {
		at.invalid(CloudFormation, "%s of %s: a condition can refer to parameters only", function, logicalID)
		return nil, false
	}
	r, ok := s.resources[logicalID]
	if !ok {
		at.because(NoResource, logicalID).invalid(CloudFormation, "%s names %q, and the template has no such resource or parameter", function, logicalID)
		return nil, false
	}
	included, ok := r.included()
	if !ok {
		return nil, false
	}
	if !included {
		at.because(NoResource, logicalID).invalid(CloudFormation, "%s names %s, which the condition %v leaves out", function, logicalID, r.declaration["Condition"])
		return nil, false
	}
	if r.typ == nil {
		at.ofType(r.typeName).unsupported("%s of %s: the type %s is not known here", function, logicalID, r.typeName)
		return nil, false
	}
	return r, true
}

func (s *scope) pseudoParameter(at Place, name string) (any, bool) {
	switch name {
	case "AWS::NoValue":
		return noValue{}, true
	case "AWS::Region":
		return s.location.Region, true
	case "AWS::AccountId":
		return s.location.AccountID, true
	case "AWS::Partition":
		return partition.Of(s.location.Region), true
	case "AWS::URLSuffix":
		return partition.URLSuffix(s.location.Region), true
	case "AWS::StackName":
		return s.Name, true
	case "AWS::NotificationARNs":
		return []any{}, true
	case "AWS::StackId":
		return s.stackID.get(at, func() (any, bool) { return s.newStackID(at) })
	}
	return at.invalid(CloudFormation, "%s is not a pseudo parameter", name)
}
