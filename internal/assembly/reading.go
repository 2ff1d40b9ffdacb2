package assembly

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// dynamicReference starts a value that CloudFormation fetches from a secret or parameter store at deployment.
//
// Parity: Assembly: values kept in a store
const dynamicReference = "{{resolve:"

// read resolves a template node and checks it against its schema in one walk. It gives a string, bool, int, float64,
// []any or values as the schema says, or noValue; it returns false after reporting a problem.
func (s *scope) read(at place, p property, node any) (any, bool) {
	if p.kind == anything {
		if p.refusal != "" {
			at.unsupported("%s", p.refusal)
		}
		return noValue{}, true
	}
	if _, _, ok := intrinsic(node); ok || node == nil {
		resolved, ok := s.resolve(at, node)
		if !ok || resolved == (noValue{}) {
			return resolved, ok
		}
		node = resolved
	}
	switch p.kind {
	case listKind:
		return s.readList(at, p, node)
	case objectKind:
		return s.readObject(at, p, node)
	case mapKind:
		return s.readMap(at, p, node)
	default:
		return readScalar(at, p, node)
	}
}

func (s *scope) readList(at place, p property, node any) (any, bool) {
	nodes, ok := node.([]any)
	if !ok {
		return at.invalid("a list is needed here, not %s", describe(node))
	}
	items, complete := make([]any, 0, len(nodes)), true
	for i, node := range nodes {
		value, ok := s.read(at.item(i), *p.element, node)
		if complete = complete && ok; ok && value != (noValue{}) {
			items = append(items, value)
		}
	}
	if p.most > 0 && len(items) > p.most {
		return at.invalid("%d items, and AWS allows %d", len(items), p.most)
	}
	return items, complete
}

func (s *scope) readObject(at place, p property, node any) (any, bool) {
	fields, ok := s.object(at, node)
	if !ok {
		return nil, false
	}
	v, given, complete := values{}, set{}, true
	for name, node := range ordered(fields) {
		field, known := p.properties[name]
		if !known {
			at.field(name).unsupported("%s is not simulated, and not known to be without effect", name)
			continue
		}
		value, ok := s.read(at.field(name), field, node)
		if complete = complete && ok; ok && value != (noValue{}) {
			v[name] = value
		}
		if !ok || value != (noValue{}) || field.kind == anything {
			given[name] = struct{}{}
		}
	}
	for name, field := range ordered(p.properties) {
		if _, ok := given[name]; field.required && !ok {
			at.field(name).invalid("%s is required", name)
			complete = false
		}
	}
	return v, complete
}

func (s *scope) readMap(at place, p property, node any) (any, bool) {
	entries, ok := s.object(at, node)
	if !ok {
		return nil, false
	}
	v, complete := values{}, true
	for key, node := range ordered(entries) {
		if strings.HasPrefix(key, "Fn::") {
			return at.notAlone(key)
		}
		value, ok := s.read(at.field(key), *p.element, node)
		if complete = complete && ok; ok && value != (noValue{}) {
			v[key] = value
		}
	}
	return v, complete
}

// readScalar accepts what CloudFormation accepts: texts that spell a number or boolean, and the other way round.
func readScalar(at place, p property, node any) (any, bool) {
	text, ok := scalarText(node)
	if !ok {
		return at.invalid("%s is needed here, not %s", p.kind, describe(node))
	}
	if !at.spend(nodeWork + len(text)) {
		return nil, false
	}
	switch p.kind {
	case flagKind:
		return readFlag(at, text)
	case wholeKind:
		return readWhole(at, p, text)
	case numberKind:
		value, err := strconv.ParseFloat(text, 64)
		if err != nil || value < 0 || math.IsInf(value, 0) || math.IsNaN(value) {
			return at.invalid("a number of 0 or more is needed here")
		}
		return value, true
	default:
		return readText(at, p, text)
	}
}

func readFlag(at place, text string) (any, bool) {
	switch strings.ToLower(text) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return at.invalid("true or false is needed here")
}

func readWhole(at place, p property, text string) (any, bool) {
	value, err := json.Number(text).Float64()
	if err != nil || value != math.Trunc(value) || value < p.limits.from || value > p.limits.to {
		return at.invalid("a whole number from %.0f to %.0f is needed here", p.limits.from, p.limits.to)
	}
	return int(value), true
}

func readText(at place, p property, text string) (any, bool) {
	switch {
	case strings.Contains(text, dynamicReference):
		return at.invalid("the value is fetched from a secret or parameter store at deployment, so it is not known here")
	case p.values != nil && !slices.Contains(p.values, text):
		return at.invalid("%q is not one of %s", text, strings.Join(p.values, ", "))
	case p.simulated != nil && !slices.Contains(p.simulated, text):
		return at.invalid("%s is not simulated; %s is", text, strings.Join(p.simulated, ", "))
	case p.pattern != nil && !p.pattern.MatchString(text):
		return at.invalid("%q does not match %s", text, p.pattern)
	case p.required && !p.empty && text == "":
		return at.invalid("the text is empty, and it must not be: give it a value")
	}
	return text, true
}

// String names the kind for an error message.
func (k kind) String() string {
	switch k {
	case textKind:
		return "a text"
	case flagKind:
		return "true or false"
	case wholeKind:
		return "a whole number"
	case numberKind:
		return "a number"
	case listKind:
		return "a list"
	case objectKind, mapKind:
		return "an object"
	case anything:
		return "a value"
	}
	return fmt.Sprintf("kind %d", int(k))
}
