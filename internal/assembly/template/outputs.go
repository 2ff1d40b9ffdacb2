package template

import (
	"maps"
	"slices"
)

// output is one entry of a template's Outputs section.
type output struct {
	scope       *scope
	key         string
	declaration map[string]any
	exportName  string
	value       cell
}

// Output is the value of a stack output.
type Output struct {
	Stack       string
	Key         string
	Value       string
	Description string
	ExportName  string // empty if the output is not exported
}

// exportKey names an export. Exports are shared by the stacks of one account and Region.
type exportKey struct{ account, region, name string }

var outputKeys = keys("Value", "Description", "Export", "Condition")

func (s *scope) readOutputs() {
	s.outputs = map[string]*output{}
	for key, node := range ordered(s.section("Outputs")) {
		at := Place{scope: s, logicalID: key}
		declaration, ok := s.object(at, node)
		if !ok {
			continue
		}
		checkKeys(at, declaration, outputKeys, LocalRuntime)
		s.outputs[key] = &output{scope: s, key: key, declaration: declaration}
	}
}

func (o *output) place() Place { return Place{scope: o.scope, logicalID: o.key} }

func (o *output) included() bool {
	result, ok := o.scope.included(o.place(), o.declaration)
	return result && ok
}

func (o *output) text() (any, bool) {
	if o.value.state == known {
		return o.value.value, o.value.ok
	}
	at := o.place().field("Value")
	return o.value.get(at, func() (any, bool) {
		return o.scope.resolveText(at, "an output", o.declaration["Value"])
	})
}

// indexExports resolves the export names of all stacks. Until it is done there are no exports, so a
// name that is itself imported is refused, as on AWS.
func (e *Evaluation) indexExports() {
	index := map[exportKey]*output{}
	for _, s := range e.scopes {
		for _, o := range ordered(s.outputs) {
			export, declared := o.declaration["Export"]
			if !declared || !o.included() {
				continue
			}
			at := o.place().field("Export.Name")
			object, _ := export.(map[string]any)
			name, ok := s.resolveText(at, "an export's name", object["Name"])
			if !ok {
				continue
			}
			key := exportKey{s.location.AccountID, s.location.Region, name}
			if other, taken := index[key]; taken {
				at.invalid(Unknown, "stack %s already exports %q", other.scope.Name, name)
				continue
			}
			o.exportName = name
			index[key] = o
		}
	}
	e.exports = index
}

func (s *scope) importValue(at Place, argument any) (any, bool) {
	name, ok := s.resolveText(at, "Fn::ImportValue", argument)
	if !ok {
		return nil, false
	}
	if s.evaluation.exports == nil {
		return at.invalid(CloudFormation, "Fn::ImportValue cannot be used in the name of an export")
	}
	s.imports.add(name)
	exported, ok := s.evaluation.exports[exportKey{s.location.AccountID, s.location.Region, name}]
	if !ok {
		return at.because(NoExport, name).invalid(LocalRuntime, "no stack of this stage exports %q in account %s and Region %s", name, s.location.AccountID, s.location.Region)
	}
	if exported.value.state != known && s.isApart() {
		return at.notApart()
	}
	return exported.text()
}

// ImportsOf are the names of the exports that a stack has been found to use until now, sorted.
func (e *Evaluation) ImportsOf(stackName string) (names []string) {
	for _, s := range e.scopes {
		if s.Name == stackName {
			names = slices.Sorted(maps.Keys(s.imports))
		}
	}
	return names
}

// stackOutput is Fn::GetStackOutput, which CDK writes for weak references between stacks.
func (s *scope) stackOutput(at Place, argument any) (any, bool) {
	value, ok := s.resolve(at, argument)
	if !ok {
		return nil, false
	}
	if s.isApart() {
		return at.notApart()
	}
	object, _ := value.(map[string]any)
	stackName, _ := object["StackName"].(string)
	key, _ := object["OutputName"].(string)
	for _, other := range s.evaluation.scopes { // at most maxStacks
		if o, ok := other.outputs[key]; ok && other.Name == stackName && o.included() {
			return o.text()
		}
	}
	return at.invalid(LocalRuntime, "Fn::GetStackOutput: no stack %q of this stage has an output %q", stackName, key)
}

// Outputs lists the outputs that their conditions include, in the order of stacks and keys. One
// that has no value is left out, after a problem.
func (e *Evaluation) Outputs() (outputs []Output) {
	for _, s := range e.scopes {
		for key, o := range ordered(s.outputs) {
			if !o.included() {
				continue
			}
			if value, ok := o.text(); ok {
				text, _ := value.(string)
				description, _ := o.declaration["Description"].(string)
				outputs = append(outputs, Output{
					Stack: s.Name, Key: key, Value: text, Description: description, ExportName: o.exportName,
				})
			}
		}
	}
	return outputs
}
