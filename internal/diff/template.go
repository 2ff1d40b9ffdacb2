package diff

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly"
)

// environment is one stage of an assembly, with what its stacks export to each other.
type environment struct {
	name    string
	stacks  map[string]*stack
	exports map[string]export // by the shown name of the export
}

// export is the value of an output that other stacks import.
type export struct {
	stack *stack
	value any
}

// stack is one template of an environment.
type stack struct {
	assembly.Template
	environment *environment
	resources   map[string]*resource
}

// resource is one entry of a template's Resources.
type resource struct {
	stack      *stack
	logicalID  string
	typeName   string
	properties map[string]any
	attributes map[string]any // DeletionPolicy and the other attributes that say something about the resource
}

// metadataType is what CDK adds for its own statistics.
const metadataType = "AWS::CDK::Metadata"

// attributes are the resource attributes that are compared. Metadata is not: CloudFormation does nothing with it.
var attributes = []string{"Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "UpdatePolicy", "UpdateReplacePolicy"}

func newEnvironment(a *assembly.Assembly, name string) (*environment, error) {
	stage, err := a.Stage(name)
	if err != nil {
		return nil, err
	}
	e := &environment{name: name, stacks: map[string]*stack{}, exports: map[string]export{}}
	for _, template := range stage.Templates() {
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

func (e *environment) newStack(template assembly.Template) (*stack, error) {
	s := &stack{Template: template, environment: e, resources: map[string]*resource{}}
	for logicalID, node := range object(template.Body["Resources"]) {
		declaration := object(node)
		typeName, ok := declaration["Type"].(string)
		if !ok {
			return nil, fmt.Errorf("resource %s has no Type", logicalID)
		}
		if typeName == metadataType {
			continue
		}
		r := &resource{stack: s, logicalID: logicalID, typeName: typeName, attributes: map[string]any{}}
		r.properties = object(declaration["Properties"])
		for _, name := range attributes {
			if value, ok := declaration[name]; ok {
				r.attributes[name] = value
			}
		}
		s.resources[logicalID] = r
	}
	return s, nil
}

func (e *environment) addExports(s *stack) {
	for _, node := range object(s.Body["Outputs"]) {
		output := object(node)
		if name, ok := object(output["Export"])["Name"]; ok {
			e.exports[show(name)] = export{stack: s, value: output["Value"]}
		}
	}
}

// path is the construct path without the environment's name and CDK's last step, so that it is the same in every
// environment; the logical id for a resource that no construct made.
func (r *resource) path() string {
	path, ok := r.stack.Paths[r.logicalID]
	if !ok {
		return r.logicalID
	}
	path = strings.TrimPrefix(path, r.stack.environment.name+"/")
	return strings.TrimSuffix(path, "/Resource")
}

// get is the value at path in the properties, nil if there is none.
func (r *resource) get(path ...string) any {
	if r == nil {
		return nil
	}
	var value any = r.properties
	for _, name := range path {
		fields, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = fields[name]
	}
	return value
}

// subject is the resource as a person calls it.
func (r *resource) subject() string {
	k := kindOf(r.typeName)
	if name, ok := r.get(k.name).(string); ok && k.name != "" {
		return k.noun + " " + show(name)
	}
	return k.noun + " " + r.path()
}

// object is value as an object, and an empty one if it is anything else.
func object(value any) map[string]any {
	fields, _ := value.(map[string]any)
	return fields
}

// keys are those of any of the maps, in order.
func keys[V any](all ...map[string]V) []string {
	union := map[string]struct{}{}
	for _, m := range all {
		for key := range m {
			union[key] = struct{}{}
		}
	}
	return slices.Sorted(maps.Keys(union))
}
