package template

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// dynamicReference starts a value that CloudFormation fetches from a secret or parameter store at
// deployment.
//
// Parity: Assembly: values kept in a store
const dynamicReference = "{{resolve:"

// read resolves a template node and checks it against its schema in one walk. It gives a string,
// bool, int, float64, []any or Values as the schema says, or noValue; it returns false after
// reporting a problem.
func (s *scope) read(at Place, p Property, node any) (any, bool) {
	if p.shape == anything {
		if p.refusal != "" {
			at.unsupported("%s", p.refusal)
		}
		return noValue{}, true
	}
	if p.shape == resolvedShape {
		return s.resolve(at, node)
	}
	if _, _, ok := intrinsic(node); ok || node == nil {
		resolved, ok := s.resolve(at, node)
		if !ok || resolved == (noValue{}) {
			return resolved, ok
		}
		node = resolved
	}
	switch p.shape {
	case listShape:
		return s.readList(at, p, node)
	case objectShape:
		return s.readObject(at, p, node)
	case mapShape:
		return s.readMap(at, p, node)
	default:
		return readScalar(at, p, node)
	}
}

func (s *scope) readList(at Place, p Property, node any) (any, bool) {
	nodes, ok := node.([]any)
	if !ok {
		return at.invalid(CloudFormation, "a list is needed here, not %s", describe(node))
	}
	items, complete := make([]any, 0, len(nodes)), true
	for i, node := range nodes {
		value, ok := s.read(at.item(i), *p.element, node)
		if complete = complete && ok; ok && value != (noValue{}) {
			items = append(items, value)
		}
	}
	if p.most > 0 && len(items) > p.most {
		return at.invalid(at.service(), "%d items, and AWS allows %d", len(items), p.most)
	}
	return items, complete
}

func (s *scope) readObject(at Place, p Property, node any) (any, bool) {
	fields, ok := s.object(at, node)
	if !ok {
		return nil, false
	}
	v, wrong := make(Values, 0, len(fields)), set{}
	for name, node := range ordered(fields) {
		field, known := p.properties[name]
		if !known {
			at.field(name).unsupported("%s is not simulated, and not known to be without effect", name)
			continue
		}
		switch value, ok := s.read(at.field(name), field, node); {
		case !ok:
			wrong.add(name)
		case value != (noValue{}):
			v = append(v, namedValue{name, value})
		}
	}
	complete := p.properties.complete(at, func(name string) bool {
		_, isWrong := wrong[name]
		_, isThere := fields[name]
		return v.Any(name) != nil || isWrong || isThere && p.properties[name].shape == anything
	})
	return v, complete && len(wrong) == 0
}

// complete reports the properties that are required and not given. One is given that is there,
// though its value may be wrong or not looked at.
func (p Properties) complete(at Place, given func(name string) bool) bool {
	missing := map[string]Refuser{} // few types require much, and few resources lack it
	for name, property := range p {
		if property.required != 0 && !given(name) {
			missing[name] = property.required
		}
	}
	for name, by := range ordered(missing) {
		at.field(name).invalid(by, "%s is required", name)
	}
	return len(missing) == 0
}

func (s *scope) readMap(at Place, p Property, node any) (any, bool) {
	entries, ok := s.object(at, node)
	if !ok {
		return nil, false
	}
	v, complete := make(Values, 0, len(entries)), true
	for key, node := range ordered(entries) {
		if strings.HasPrefix(key, "Fn::") {
			return at.notAlone(key)
		}
		value, ok := s.read(at.field(key), *p.element, node)
		if complete = complete && ok; ok && value != (noValue{}) {
			v = append(v, namedValue{key, value})
		}
	}
	return v, complete
}

// readScalar accepts what CloudFormation accepts: texts that spell a number or boolean, and the
// other way round.
func readScalar(at Place, p Property, node any) (any, bool) {
	text, ok := scalarText(node)
	if !ok {
		return at.invalid(CloudFormation, "%s is needed here, not %s", p.shape, describe(node))
	}
	if !at.spend(nodeWork + len(text)) {
		return nil, false
	}
	switch p.shape {
	case flagShape:
		return readFlag(at, text)
	case wholeShape:
		return readWhole(at, p, text)
	case numberShape:
		return readNumber(at, text)
	default:
		if !checkText(at, p, text) {
			return nil, false
		}
		if _, isText := node.(string); isText {
			return node, true // in the room that it has
		}
		return text, true
	}
}

func readFlag(at Place, text string) (any, bool) {
	switch strings.ToLower(text) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return at.because(NoValue, "").invalid(CloudFormation, "true or false is needed here")
}

func readWhole(at Place, p Property, text string) (any, bool) {
	value, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || value != math.Trunc(value):
		return at.because(NoValue, "").invalid(CloudFormation, wholeNeeded, p.limits.from, p.limits.to)
	case value < p.limits.from || value > p.limits.to:
		return at.invalid(at.service(), wholeNeeded, p.limits.from, p.limits.to)
	}
	return int(value), true
}

const wholeNeeded = "a whole number from %.0f to %.0f is needed here"

func readNumber(at Place, text string) (any, bool) {
	value, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || math.IsInf(value, 0) || math.IsNaN(value):
		return at.because(NoValue, "").invalid(CloudFormation, numberNeeded)
	case value < 0:
		return at.invalid(at.service(), numberNeeded)
	}
	return value, true
}

const numberNeeded = "a number of 0 or more is needed here"

func checkText(at Place, p Property, text string) bool {
	switch {
	case strings.Contains(text, dynamicReference):
		at.invalid(LocalRuntime, "the value is fetched from a secret or parameter store at deployment, so it is not known here")
	case p.values != nil && !slices.Contains(p.values, text):
		at.invalid(at.service(), "%q is not one of %s", text, strings.Join(p.values, ", "))
	case p.simulated != nil && !slices.Contains(p.simulated, text):
		at.invalid(LocalRuntime, "%s is not simulated; %s is", text, strings.Join(p.simulated, ", "))
	case p.pattern != nil && !p.pattern().MatchString(text):
		at.invalid(at.service(), "%q does not match %s", text, p.pattern())
	case p.required != 0 && !p.empty && text == "":
		at.invalid(at.service(), "the text is empty, and it must not be: give it a value")
	default:
		return true
	}
	return false
}

// String names the shape for an error message.
func (s shape) String() string {
	switch s {
	case textShape:
		return "a text"
	case flagShape:
		return "true or false"
	case wholeShape:
		return "a whole number"
	case numberShape:
		return "a number"
	case listShape:
		return "a list"
	case objectShape, mapShape:
		return "an object"
	case anything, resolvedShape:
		return "a value"
	}
	return fmt.Sprintf("shape %d", int(s))
}
