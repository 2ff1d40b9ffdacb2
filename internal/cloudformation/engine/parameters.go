package engine

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cognito-m2m/internal/assembly/template"
)

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
		if !ok && isStored(declaration) {
			return nil, invalid("Parameter %s should either have input value or default value", name)
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

// isStored says that a parameter's value is the name of one in the Parameter Store.
func isStored(declaration map[string]any) bool {
	typeName, _ := declaration["Type"].(string)
	return strings.HasPrefix(typeName, template.StoredType)
}

// stored are the values in the Parameter Store of the parameters whose values are names there.
//
// Source: localstack/localstack 8b9a79f0, test_template_engine.py (6 August 2025); of what is not
// there, awslabs/aws-deployment-framework #339 and aws-ia/taskcat #680.
//
// Parity: CloudFormation: values in the Parameter Store
func (e *Engine) stored(ctx context.Context, in Place, body map[string]any, given map[string]string) (map[string]string, error) {
	var values map[string]string
	missing := map[string]bool{}
	declared := object(body["Parameters"])
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		declaration := object(declared[name])
		if !isStored(declaration) {
			continue
		}
		key, ok := given[name]
		if !ok {
			key, _ = scalarText(declaration["Default"])
		}
		value, there := "", false
		if e.config.Stored != nil {
			value, there = e.config.Stored(ctx, in, key)
		}
		if !there {
			missing[key] = true
			continue
		}
		if values == nil {
			values = map[string]string{}
		}
		values[name] = value
	}
	if len(missing) > 0 {
		return nil, invalid("Unable to fetch parameters [%s] from parameter store for this account.", listed(missing))
	}
	return values, nil
}

// parameters are all parameters of a template with their values, in the order of their names.
func parameters(t *Template, evaluated *Evaluated) (all []Parameter) {
	body, _ := Body(t.Text)
	for _, key := range slices.Sorted(maps.Keys(evaluated.Parameters)) {
		all = append(all, Parameter{
			Key: key, Value: evaluated.Parameters[key], Resolved: t.Stored[key], Hidden: isHidden(declared(body, "Parameters", key)),
		})
	}
	return all
}

// isHidden says that a parameter is declared with NoEcho.
func isHidden(declaration map[string]any) bool {
	hidden, _ := scalarText(declaration["NoEcho"])
	return hidden == "true"
}

// Hidden is shown in place of a NoEcho parameter's value.
const Hidden = "****"

// hiddenIn are the properties of a resource that refer to a NoEcho parameter.
//
// Parity: CloudFormation: where a NoEcho parameter is masked
func hiddenIn(body map[string]any, id string) (names []string) {
	properties := object(declared(body, "Resources", id)["Properties"])
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if slices.ContainsFunc(referencesOf(properties[name]), func(r reference) bool { return isHidden(declared(body, "Parameters", r.Name)) }) {
			names = append(names, name)
		}
	}
	return names
}

// Shown are the properties as answers have them.
func (r Resource) Shown() map[string]any { return masked(r.Properties, r.Hidden) }

// masked are properties of which some are hidden.
func masked(properties map[string]any, hidden []string) map[string]any {
	if len(hidden) == 0 {
		return properties
	}
	shown := maps.Clone(properties)
	for _, name := range hidden {
		if _, there := shown[name]; there {
			shown[name] = Hidden
		}
	}
	return shown
}

// mask hides the values of NoEcho parameters in a text that comes from elsewhere.
func (t *Template) mask(text string) string {
	if t == nil || text == "" {
		return text
	}
	body, _ := Body(t.Text)
	var secrets []string
	for name, node := range object(body["Parameters"]) {
		value, given := t.Parameters[name]
		if !given {
			value, _ = scalarText(object(node)["Default"])
		}
		if isHidden(object(node)) && value != "" {
			quoted := strconv.Quote(value)
			secrets = append(secrets, value, quoted[1:len(quoted)-1])
		}
	}
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) }) // one may be a part of another
	for _, secret := range secrets {
		text = strings.ReplaceAll(text, secret, Hidden)
	}
	return text
}
