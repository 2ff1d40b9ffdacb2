package assembly

import "strings"

// ref is Ref of a pseudo parameter, a parameter or a resource.
func (s *scope) ref(at place, argument any) (any, bool) {
	name, ok := argument.(string)
	if !ok {
		return at.invalid("Ref takes a name, not %s", describe(argument))
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
	if r.kind.ref == nil {
		return at.invalid("Ref of %s: its value for %s is not known here", name, r.typeName)
	}
	return r.kind.ref(at, r)
}

// getAtt is Fn::GetAtt as a list ["Resource", "Attribute"] or as a text "Resource.Attribute".
func (s *scope) getAtt(at place, argument any) (any, bool) {
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
		return at.invalid("Fn::GetAtt takes a logical id and the name of an attribute")
	}
	r, ok := s.referred(at, "Fn::GetAtt", logicalID)
	if !ok {
		return nil, false
	}
	attribute, ok := r.kind.attributes[name]
	if !ok && r.kind.standIn {
		return standIn(at, r, name)
	}
	if !ok {
		return at.invalid("Fn::GetAtt of %s: %s has no attribute %s that is known here", logicalID, r.typeName, name)
	}
	return attribute(at, r)
}

// referred finds the resource a reference names.
func (s *scope) referred(at place, function, logicalID string) (*resource, bool) {
	if at.conditional {
		at.invalid("%s of %s: a condition can refer to parameters only", function, logicalID)
		return nil, false
	}
	r, ok := s.resources[logicalID]
	if !ok {
		at.invalid("%s names %q, and the template has no such resource or parameter", function, logicalID)
		return nil, false
	}
	included, ok := r.included()
	if !ok {
		return nil, false
	}
	if !included {
		at.invalid("%s names %s, which the condition %v leaves out", function, logicalID, r.declaration["Condition"])
		return nil, false
	}
	if r.kind == nil {
		at.ofType(r.typeName).unsupported("%s of %s: the type %s is not known here", function, logicalID, r.typeName)
		return nil, false
	}
	return r, true
}

func (s *scope) pseudoParameter(at place, name string) (any, bool) {
	switch name {
	case "AWS::NoValue":
		return noValue{}, true
	case "AWS::Region":
		return s.region, true
	case "AWS::AccountId":
		return s.account, true
	case "AWS::Partition":
		return s.partition(), true
	case "AWS::URLSuffix":
		return s.urlSuffix(), true
	case "AWS::StackName":
		return s.name, true
	case "AWS::NotificationARNs":
		return []any{}, true
	case "AWS::StackId":
		return s.stackID.get(at, func() (any, bool) { return s.newStackID(at) })
	}
	return at.invalid("%s is not a pseudo parameter", name)
}
