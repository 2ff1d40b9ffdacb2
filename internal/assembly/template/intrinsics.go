package template

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
)

// languageExtensions is the transform that adds Fn::Length, Fn::ToJsonString and a default to
// Fn::FindInMap.
const languageExtensions = "AWS::LanguageExtensions"

// call resolves one intrinsic.
func (s *scope) call(at Place, name string, argument any) (any, bool) {
	switch name {
	case "Ref":
		return s.ref(at, argument)
	case "Fn::GetAtt":
		return s.getAtt(at, argument)
	case "Fn::Sub":
		return s.sub(at, argument)
	case "Fn::Join":
		return s.join(at, argument)
	case "Fn::Split":
		return s.split(at, argument)
	case "Fn::Select":
		return s.pick(at, argument)
	case "Fn::ImportValue":
		return s.importValue(at, argument)
	case "Fn::GetStackOutput":
		return s.stackOutput(at, argument)
	case "Fn::If":
		return s.choose(at, argument)
	case "Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not":
		return at.invalid(CloudFormation, "%s belongs in Conditions; a value chooses with Fn::If and the condition's name", name)
	case "Fn::FindInMap":
		return s.findInMap(at, argument)
	case "Fn::Base64":
		return s.base64(at, argument)
	case "Fn::GetAZs":
		return s.availabilityZones(at, argument)
	case "Fn::Length":
		return s.length(at, argument)
	case "Fn::ToJsonString":
		return s.jsonText(at, argument)
	case "Fn::Transform":
		return at.invalid(LocalRuntime, "Fn::Transform runs a macro on AWS, which cannot be done here")
	}
	return at.invalid(LocalRuntime, "%s is not an intrinsic this runtime knows", name)
}

func (s *scope) join(at Place, argument any) (any, bool) {
	args, ok := arguments(at, "Fn::Join", argument, exactly(2))
	if !ok {
		return nil, false
	}
	delimiter, ok := args[0].(string)
	if !ok {
		return at.invalid(CloudFormation, "Fn::Join: the delimiter is a text, not %s", describe(args[0]))
	}
	items, ok := s.resolveItems(at, "Fn::Join", args[1])
	if !ok {
		return nil, false
	}
	texts, size := make([]string, len(items)), 0
	for i, item := range items {
		if texts[i], ok = scalarText(item); !ok {
			return at.invalid(CloudFormation, "Fn::Join: item %d is %s, not a text", i, describe(item))
		}
		if size += len(texts[i]) + len(delimiter); size > maxText {
			return at.invalid(LocalRuntime, "Fn::Join makes a text of more than %d bytes", maxText)
		}
	}
	if !at.spend(size) {
		return nil, false
	}
	return strings.Join(texts, delimiter), true
}

func (s *scope) split(at Place, argument any) (any, bool) {
	args, ok := arguments(at, "Fn::Split", argument, exactly(2))
	if !ok {
		return nil, false
	}
	delimiter, ok := args[0].(string)
	if !ok || delimiter == "" {
		return at.invalid(CloudFormation, "Fn::Split: the delimiter is a text of at least one character")
	}
	text, ok := s.resolveText(at, "Fn::Split", args[1])
	if !ok {
		return nil, false
	}
	parts := strings.SplitN(text, delimiter, maxItems+1)
	if len(parts) > maxItems {
		return at.invalid(LocalRuntime, "Fn::Split makes a list of more than %d items", maxItems)
	}
	if !at.spend(len(parts) * nodeWork) {
		return nil, false
	}
	items := make([]any, len(parts))
	for i, part := range parts {
		items[i] = part
	}
	return items, true
}

// pick is Fn::Select.
func (s *scope) pick(at Place, argument any) (any, bool) {
	args, ok := arguments(at, "Fn::Select", argument, exactly(2))
	if !ok {
		return nil, false
	}
	text, okIndex := s.resolveText(at, "Fn::Select", args[0])
	items, okItems := s.resolveItems(at, "Fn::Select", args[1])
	if !okIndex || !okItems {
		return nil, false
	}
	index, err := strconv.Atoi(text)
	if err != nil {
		return at.invalid(CloudFormation, "Fn::Select: the index %q is not a whole number", text)
	}
	if index < 0 || index >= len(items) {
		return at.invalid(CloudFormation, "Fn::Select: index %d is outside the list, which has %d items", index, len(items))
	}
	return items[index], true
}

func (s *scope) findInMap(at Place, argument any) (any, bool) {
	args, ok := arguments(at, "Fn::FindInMap", argument, count{3, 4})
	if !ok {
		return nil, false
	}
	keys := make([]string, 3)
	for i := range keys {
		if keys[i], ok = s.resolveText(at, "Fn::FindInMap", args[i]); !ok {
			return nil, false
		}
	}
	if value, ok := s.mapped(keys[0], keys[1], keys[2]); ok {
		// What is not plain has been reported where it stands.
		return value, isPlain(value) && at.spend(weight(value))
	}
	if len(args) == 4 {
		options, _ := args[3].(map[string]any)
		if value, ok := options["DefaultValue"]; ok && s.extension(at, "Fn::FindInMap with DefaultValue") {
			return s.resolve(at, value)
		}
	}
	return at.invalid(CloudFormation, "Fn::FindInMap: the mappings have no %s", strings.Join(keys, " / "))
}

func (s *scope) base64(at Place, argument any) (any, bool) {
	text, ok := s.resolveText(at, "Fn::Base64", argument)
	if !ok {
		return nil, false
	}
	if base64.StdEncoding.EncodedLen(len(text)) > maxText {
		return at.invalid(LocalRuntime, "Fn::Base64 makes a text of more than %d bytes", maxText)
	}
	return base64.StdEncoding.EncodeToString([]byte(text)), true
}

// availabilityZones is Fn::GetAZs.
//
// Parity: Assembly: availability zones
func (s *scope) availabilityZones(at Place, argument any) (any, bool) {
	region, ok := s.resolveText(at, "Fn::GetAZs", argument)
	if !ok {
		return nil, false
	}
	if region == "" {
		region = s.location.Region
	}
	return []any{region + "a", region + "b", region + "c"}, true
}

func (s *scope) length(at Place, argument any) (any, bool) {
	if !s.extension(at, "Fn::Length") {
		return nil, false
	}
	items, ok := s.resolveItems(at, "Fn::Length", argument)
	return json.Number(strconv.Itoa(len(items))), ok
}

// jsonText is Fn::ToJsonString.
func (s *scope) jsonText(at Place, argument any) (any, bool) {
	if !s.extension(at, "Fn::ToJsonString") {
		return nil, false
	}
	value, ok := s.resolve(at, argument)
	if !ok || !at.spend(weight(value)) {
		return nil, false
	}
	text := JSON(value)
	if text == "" || len(text) > maxText {
		return at.invalid(LocalRuntime, "Fn::ToJsonString makes no text, or one of more than %d bytes", maxText)
	}
	return text, true
}

// extension reports the use of an extension in a template that does not ask for them, which AWS
// refuses.
func (s *scope) extension(at Place, what string) bool {
	if !s.extended {
		at.invalid(CloudFormation, "%s needs `Transform: %s` in the template", what, languageExtensions)
	}
	return s.extended
}
