package engine

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cognito-m2m/internal/assembly/template"
)

// Input is what a request says of a stack that is to be made or changed.
type Input struct {
	StackName string // or, of an existing one, the ARN
	// One of these is given: the template, where it is, or that it stays.
	Text, URL   string
	UsePrevious bool
	Parameters  []GivenParameter
	// Tags replace those that the stack has. Nil leaves them.
	Tags                 map[string]string
	Settings             Settings
	OnFailure            string // of a creation: ROLLBACK, DELETE or DO_NOTHING; "" is ROLLBACK
	RetainExceptOnCreate bool
	Protected            bool // by termination protection
	Token                string
}

// GivenParameter is a parameter in a request.
type GivenParameter struct {
	Key, Value  string
	UsePrevious bool
}

// The longest templates, in bytes.
const (
	maxBody   = 51200
	maxObject = 1_000_000
)

// template is the template that an input gives a stack, which is nil for a new one. The lock is not
// held: what the stack had is handed in.
func (e *Engine) template(ctx context.Context, input Input, had *Stack) (*Template, error) {
	source, err := e.source(ctx, input, had)
	if err != nil {
		return nil, err
	}
	body, err := Body(source)
	if err != nil {
		return nil, err
	}
	if err := checkBody(body); err != nil {
		return nil, err
	}
	if err := checkCapabilities(body, input.Settings.Capabilities); err != nil {
		return nil, err
	}
	parameters, err := parametersOf(body, input, had)
	if err != nil {
		return nil, err
	}
	t := &Template{Text: source, Parameters: parameters, Tags: input.Tags}
	if had != nil && had.Template != nil && t.Tags == nil {
		t.Tags = had.Template.Tags
	}
	return t, nil
}

// source is the text of the template.
//
// Parity: CloudFormation: templates at an address
func (e *Engine) source(ctx context.Context, input Input, had *Stack) (string, error) {
	switch {
	case input.Text != "" && input.URL != "":
		return "", invalid("Template URL and Template Body can't be specified at the same time.")
	case len(input.Text) > maxBody:
		return "", invalid("1 validation error detected: Value '%s' at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to %d", input.Text, maxBody)
	case input.Text != "":
		return input.Text, nil
	case input.URL != "" && e.config.Object == nil:
		return "", invalid("TemplateURL must be a supported URL.")
	case input.URL != "":
		text, err := e.config.Object(ctx, input.URL)
		if _, refused := errors.AsType[*Refusal](err); refused {
			return "", err
		}
		if err != nil {
			return "", invalid("S3 error: %s", err.Error())
		}
		if len(text) > maxObject {
			return "", invalid("Template may not exceed %d bytes in size.", maxObject)
		}
		return string(text), nil
	case input.UsePrevious && had != nil && had.Template != nil:
		return had.Template.Text, nil
	}
	return "", invalid("Either Template URL or Template Body must be specified.")
}

// parametersOf are the parameters that an input gives a template, checked against it.
func parametersOf(body map[string]any, input Input, had *Stack) (map[string]string, error) {
	declared, _ := body["Parameters"].(map[string]any)
	given, unknown, missing := map[string]string{}, map[string]bool{}, map[string]bool{}
	for _, p := range input.Parameters {
		if _, ok := declared[p.Key]; !ok {
			unknown[p.Key] = true
		}
		value, known := p.Value, true
		if p.UsePrevious {
			value, known = had.parameter(p.Key)
		}
		if known {
			given[p.Key] = value
		}
	}
	if len(unknown) > 0 {
		return nil, invalid("Parameters: [%s] do not exist in the template", listed(unknown))
	}
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		declaration, _ := declared[name].(map[string]any)
		value, ok := given[name]
		if !ok {
			value, ok = scalarText(declaration["Default"])
		}
		if !ok {
			missing[name] = true
		} else if err := checkParameter(name, value, declaration); err != nil {
			return nil, err
		}
	}
	if len(missing) > 0 {
		return nil, invalid("Parameters: [%s] must have values", listed(missing))
	}
	return given, nil
}

// parameter is the value that a stack has of a parameter. The stack may be nil.
func (s *Stack) parameter(key string) (string, bool) {
	if s == nil || s.Template == nil {
		return "", false
	}
	if value, ok := s.Template.Parameters[key]; ok {
		return value, true
	}
	for _, p := range s.Parameters {
		if p.Key == key {
			return p.Value, true
		}
	}
	return "", false
}

// checkParameter refuses a value that a parameter's declaration does not allow.
//
// Parity: CloudFormation: words about parameters
func checkParameter(name, value string, declaration map[string]any) error {
	if declaration["Type"] == "Number" {
		if _, err := strconv.ParseFloat(value, 64); err != nil {
			return invalid("Parameter '%s' must be a number.", name)
		}
	}
	if allowed, ok := declaration["AllowedValues"].([]any); ok && !slices.ContainsFunc(allowed, func(node any) bool {
		text, _ := scalarText(node)
		return text == value
	}) {
		return invalid("Parameter '%s' must be one of AllowedValues", name)
	}
	if pattern, ok := declaration["AllowedPattern"].(string); ok {
		whole, err := regexp.Compile(`^(?:` + pattern + `)$`)
		if err == nil && !whole.MatchString(value) {
			return invalid("Parameter '%s' must match pattern %s", name, pattern)
		}
	}
	return nil
}

// named are the properties by which IAM resources get a name of their own.
var named = []string{"RoleName", "UserName", "GroupName", "InstanceProfileName", "ManagedPolicyName"}

// checkCapabilities refuses IAM resources that the request does not acknowledge.
//
// Parity: CloudFormation: capabilities
func checkCapabilities(body map[string]any, acknowledged []string) error {
	needed := ""
	resources, _ := body["Resources"].(map[string]any)
	for _, node := range resources {
		declaration, _ := node.(map[string]any)
		typeName, _ := declaration["Type"].(string)
		if !strings.HasPrefix(typeName, "AWS::IAM::") || typeName == "AWS::IAM::OIDCProvider" || typeName == "AWS::IAM::SAMLProvider" {
			continue
		}
		properties, _ := declaration["Properties"].(map[string]any)
		if slices.ContainsFunc(named, func(name string) bool { return properties[name] != nil }) {
			needed = "CAPABILITY_NAMED_IAM"
		} else if needed == "" {
			needed = "CAPABILITY_IAM"
		}
	}
	if needed == "" || slices.Contains(acknowledged, needed) || slices.Contains(acknowledged, "CAPABILITY_NAMED_IAM") {
		return nil
	}
	return &Refusal{Code: "InsufficientCapabilitiesException", Message: "Requires capabilities : [" + needed + "]"}
}

// parameters are all parameters of a template with their values, in the order of their names.
func parameters(t *Template, evaluated *Evaluated) (all []Parameter) {
	body, _ := Body(t.Text)
	declared, _ := body["Parameters"].(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(evaluated.Parameters)) {
		declaration, _ := declared[key].(map[string]any)
		hidden, _ := scalarText(declaration["NoEcho"])
		all = append(all, Parameter{Key: key, Value: evaluated.Parameters[key], Hidden: hidden == "true"})
	}
	return all
}

// metadata is that of a resource as JSON.
func metadata(body map[string]any, id string) string {
	resources, _ := body["Resources"].(map[string]any)
	declaration, _ := resources[id].(map[string]any)
	if declaration["Metadata"] == nil {
		return "{}"
	}
	return template.JSON(declaration["Metadata"])
}

// scalarText is a text, number or boolean as CloudFormation writes it.
func scalarText(node any) (string, bool) {
	switch node := node.(type) {
	case string:
		return node, true
	case bool, interface{ String() string }: // a json.Number
		return strings.Trim(template.JSON(node), `"`), true
	}
	return "", false
}

// Read returns the template that an input is about, checked as such.
func (e *Engine) Read(ctx context.Context, input Input) (map[string]any, error) {
	source, err := e.source(ctx, input, nil)
	if err != nil {
		return nil, err
	}
	body, err := Body(source)
	if err != nil {
		return nil, err
	}
	return body, checkBody(body)
}
