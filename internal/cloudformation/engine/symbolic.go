package engine

import (
	"maps"

	"cognito-m2m/internal/assembly/template"
)

// knownAfterApply stands for what only the execution of a change set brings.
const knownAfterApply = "{{changeSet:KNOWN_AFTER_APPLY}}"

// symbolic evaluates a template with what is known before it is executed.
type symbolic struct {
	template *Template
	body     map[string]any
	exports  map[string]string
	// value is what Ref of a resource gives, or GetAtt.
	value func(reference) string
}

// resources are those of the template, by logical id.
func (y symbolic) resources() map[string]*template.Resource {
	all := map[string]*template.Resource{}
	for r := range y.evaluate(nil).Resources() {
		all[r.Source().LogicalID] = r
	}
	return all
}

// text is what a node comes to that refers to no resource; "" if it can't be worked out.
func (y symbolic) text(node any) string {
	if text, ok := node.(string); ok || node == nil {
		return text
	}
	const key = "Asked"
	for _, output := range y.evaluate(map[string]any{key: map[string]any{"Value": node}}).Outputs() {
		if output.Stack == y.template.StackName && output.Key == key {
			return output.Value
		}
	}
	return ""
}

// evaluate evaluates the template; outputs that are not nil take the place of its own.
func (y symbolic) evaluate(outputs map[string]any) *template.Evaluation {
	body := y.body
	if outputs != nil {
		body = maps.Clone(y.body)
		body["Outputs"] = outputs
	}
	types := map[string]*template.Type{}
	typeNamed := func(name string) *template.Type {
		if types[name] == nil {
			types[name] = y.typeNamed(name)
		}
		return types[name]
	}
	others := map[string]any{}
	for name, value := range y.exports {
		others["O"+name] = map[string]any{"Value": value, "Export": map[string]any{"Name": name}}
	}
	t := y.template
	return template.Evaluate([]template.Stack{
		{Name: t.StackName, Account: t.AccountID, Region: t.Region, Body: body, Parameters: t.Parameters, Stored: t.Stored, TakesSecrets: true},
		{Name: t.StackName + "/others", Account: t.AccountID, Region: t.Region, Body: map[string]any{"Outputs": others}},
	}, template.Options{IDs: stackIDs(t.StackID), Types: typeNamed})
}

// typeNamed is a type of which every property is taken as it is.
func (y symbolic) typeNamed(name string) *template.Type {
	properties := template.Properties{}
	for _, node := range object(y.body["Resources"]) {
		if declaration := object(node); declaration["Type"] == name {
			for property := range object(declaration["Properties"]) {
				properties[property] = template.Any()
			}
		}
	}
	return &template.Type{
		Properties: properties,
		Ref: func(_ template.Place, r *template.Resource) (string, bool) {
			return y.value(reference{Name: r.Source().LogicalID}), true
		},
		Other: func(attribute string) template.Attribute {
			return func(_ template.Place, r *template.Resource) (string, bool) {
				return y.value(reference{r.Source().LogicalID, attribute}), true
			}
		},
	}
}

// stackIDs has the GUID in a stack's ARN.
type stackIDs string

// ID implements template.IDs.
func (s stackIDs) ID(template.Key) (string, error) {
	return template.StackGUID(string(s)), nil
}
