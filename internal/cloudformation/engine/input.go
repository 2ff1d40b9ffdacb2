package engine

import (
	"context"
	"maps"
	"slices"
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
	Tags map[string]string
	// ResourceTypes are those that the template may have, such as AWS::SNS::*. Empty is any.
	ResourceTypes []string
	// Policy is the stack's policy for the updates after this one; PolicyDuring counts in this one.
	Policy, PolicyDuring PolicyInput
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
func (e *Engine) template(ctx context.Context, in Place, input Input, had *Stack) (*Template, error) {
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
	if err := checkResourceTypes(body, input.ResourceTypes); err != nil {
		return nil, err
	}
	parameters, err := parametersOf(body, input, had)
	if err != nil {
		return nil, err
	}
	stored, err := e.stored(ctx, in, body, parameters)
	if err != nil {
		return nil, err
	}
	t := &Template{Text: source, Parameters: parameters, Stored: stored, Tags: input.Tags}
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
	case input.URL != "":
		text, err := e.object(ctx, input.URL)
		if err == nil && len(text) > maxObject {
			return "", invalid("Template may not exceed %d bytes in size.", maxObject)
		}
		return text, err
	case input.UsePrevious && had != nil && had.Template != nil:
		return had.Template.Text, nil
	}
	return "", invalid("Either Template URL or Template Body must be specified.")
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

// checkResourceTypes refuses resources of types that the request does not name.
//
// Source: localstack/localstack 8b9a79f0, api/test_update_stack.py (19 November 2022).
func checkResourceTypes(body map[string]any, allowed []string) error {
	if len(allowed) == 0 {
		return nil
	}
	resources := object(body["Resources"])
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		typeName, _ := object(resources[id])["Type"].(string)
		if !slices.ContainsFunc(allowed, func(pattern string) bool {
			prefix, any := strings.CutSuffix(pattern, "*")
			return typeName == pattern || any && strings.HasPrefix(typeName, prefix)
		}) {
			return invalid("Resource type %s is not allowed by parameter ResourceTypes [%s]", typeName, strings.Join(allowed, ", "))
		}
	}
	return nil
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
