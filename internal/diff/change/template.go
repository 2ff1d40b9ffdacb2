package change

import (
	"fmt"
	"strings"

	"cognito-m2m/naming"
)

// Template is one stack of an environment as its template declares it.
type Template struct {
	StackName string
	// Account and Region are empty where the stack is not bound to one.
	Account, Region       string
	TerminationProtection bool
	// Body is the decoded template; its numbers are json.Number. It is only read.
	Body map[string]any
	// Paths maps logical ids to construct paths, such as dev/Api/Clients/Reader/AppClient/Resource.
	Paths map[string]string
}

// Environment is one version of an environment: its stacks, and what they export to each other.
type Environment struct {
	name    string
	stacks  map[string]*Stack
	exports map[string]export // by the shown name of the export
}

// export is the value of an output that other stacks import.
type export struct {
	stack *Stack
	value any
}

// Stack is a template whose values can be followed to the resources of its environment.
type Stack struct {
	Template
	Resources   map[string]*Resource // by logical id
	environment *Environment
}

// Resource is one entry of a template's Resources.
type Resource struct {
	LogicalID  string
	Type       string         // AWS::Lambda::Function
	Properties map[string]any // as declared
	Attributes map[string]any // DeletionPolicy and the others that are compared, as declared
	Stack      *Stack
}

// metadataType is what CDK adds for its own statistics.
const metadataType = "AWS::CDK::Metadata"

// attributes are the resource attributes that are compared. Metadata is not, but for the scopes of
// a route: CloudFormation does nothing with it.
var attributes = []string{"Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "UpdatePolicy", "UpdateReplacePolicy"}

// NewEnvironment reads the templates of the environment called name. It fails if a resource has no
// Type.
func NewEnvironment(name string, templates []Template) (*Environment, error) {
	e := &Environment{name: name, stacks: map[string]*Stack{}, exports: map[string]export{}}
	for _, template := range templates {
		s, err := e.newStack(template)
		if err != nil {
			return nil, fmt.Errorf("reading the template of stack %s: %w", template.StackName, err)
		}
		e.stacks[template.StackName] = s
	}
	for _, s := range e.stacks {
		e.addExports(s)
	}
	return e, nil
}

func (e *Environment) newStack(template Template) (*Stack, error) {
	s := &Stack{Template: template, environment: e, Resources: map[string]*Resource{}}
	for logicalID, node := range Object(template.Body["Resources"]) {
		declaration := Object(node)
		typeName, ok := declaration["Type"].(string)
		if !ok {
			return nil, fmt.Errorf("resource %s has no Type", logicalID)
		}
		if typeName == metadataType {
			continue
		}
		r := &Resource{LogicalID: logicalID, Type: typeName, Attributes: map[string]any{}, Stack: s}
		r.Properties = Object(declaration["Properties"])
		for _, name := range attributes {
			if value, ok := declaration[name]; ok {
				r.Attributes[name] = value
			}
		}
		for _, key := range []string{naming.ScopesMetadata, naming.DescriptionMetadata} {
			if told, ok := Object(declaration["Metadata"])[key]; ok {
				r.Attributes[key] = told
			}
		}
		s.Resources[logicalID] = r
	}
	return s, nil
}

func (e *Environment) addExports(s *Stack) {
	for _, node := range Object(s.Body["Outputs"]) {
		output := Object(node)
		if name, ok := Object(output["Export"])["Name"]; ok {
			e.exports[Show(name)] = export{stack: s, value: output["Value"]}
		}
	}
}

// Output is the value of an output, nil if the stack has no such output.
func (s *Stack) Output(name string) any { return Object(Object(s.Body["Outputs"])[name])["Value"] }

// Path is the construct path without the environment's name and CDK's last step, so that it is the
// same in every environment; the logical id for a resource that no construct made.
func (r *Resource) Path() string {
	path, ok := r.Stack.Paths[r.LogicalID]
	if !ok {
		return r.LogicalID
	}
	path = strings.TrimPrefix(path, r.Stack.environment.name+"/")
	return strings.TrimSuffix(path, "/Resource")
}

// Get is the value at path in the properties. It is nil if nothing stands there, or if there is no
// resource.
func (r *Resource) Get(path ...string) any {
	if r == nil {
		return nil
	}
	var value any = r.Properties
	for _, name := range path {
		fields, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = fields[name]
	}
	return value
}
