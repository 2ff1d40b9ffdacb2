package policy

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// condition is one key under one operator.
type condition struct {
	operator operator
	key      string // in lower case
	values   []operand
}

// operator is a condition operator with what may stand before and behind its name.
type operator struct {
	base     comparison
	null     bool
	set      set
	ifExists bool
}

// set is which of a key's values have to match.
type set int

const (
	oneValue  set = iota
	allValues     // ForAllValues:
	anyValue      // ForAnyValue:
)

const suffixIfExists = "IfExists"

// newOperator reads an operator's name, which AWS writes in one way only.
func newOperator(name string) (o operator, ok bool) {
	if rest, found := strings.CutPrefix(name, "ForAllValues:"); found {
		o.set, name = allValues, rest
	} else if rest, found := strings.CutPrefix(name, "ForAnyValue:"); found {
		o.set, name = anyValue, rest
	}
	if name == "Null" {
		o.null, o.base = true, comparisons["Bool"]
		return o, true
	}
	name, o.ifExists = strings.CutSuffix(name, suffixIfExists)
	o.base, ok = comparisons[name]
	return o, ok
}

func (d *reader) conditions(path string, decoded any) (list []condition) {
	operators, ok := decoded.(map[string]any)
	if !ok {
		d.problem(path, "it is a JSON object of condition operators")
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(operators)) {
		o, known := newOperator(name)
		keys, isObject := operators[name].(map[string]any)
		switch {
		case !known:
			d.problem(path+"."+name, "there is no such condition operator")
		case !isObject || len(keys) == 0:
			d.problem(path+"."+name, "it is a JSON object of condition keys")
		default:
			for _, key := range slices.Sorted(maps.Keys(keys)) {
				list = append(list, d.condition(path+"."+name+"."+key, o, key, keys[key]))
			}
		}
	}
	return list
}

func (d *reader) condition(path string, o operator, key string, values any) condition {
	k, known := lookUp(key)
	switch {
	case !known:
		d.problem(path, "the condition key is not known")
	case k.multivalued && o.set == oneValue && !o.null:
		d.problem(path, "the key has several values: its operator starts with ForAllValues: or ForAnyValue:")
	}
	list, ok := values.([]any)
	if !ok {
		list = []any{values}
	}
	if len(list) == 0 {
		d.problem(path, "it has no value")
	}
	c := condition{operator: o, key: strings.ToLower(key)}
	for i, value := range list {
		operand, err := d.operand(o, value)
		if err != nil {
			d.problem(element(path, ok, i), "%v", err)
			continue
		}
		c.values = append(c.values, operand)
	}
	return c
}

// operand reads a value. Numbers and truth values may stand without quotation marks.
func (d *reader) operand(o operator, value any) (operand, error) {
	var text string
	switch given := value.(type) {
	case string:
		text = given
	case bool:
		text = strconv.FormatBool(given)
	case float64:
		text = strconv.FormatFloat(given, 'f', -1, 64)
	case int:
		text = strconv.Itoa(given)
	case json.Number:
		text = given.String()
	default:
		return nil, fmt.Errorf("it is text, a number, a truth value or a list of them")
	}
	return o.base.read(text, d.variables)
}

// holds says whether the condition holds for a request with these keys.
func (c *condition) holds(keys context) bool {
	values, present := keys[c.key]
	present = present && len(values) > 0
	if c.operator.set != oneValue || c.operator.null {
		// An empty text is no value to Null and to set operators.
		present = present && slices.ContainsFunc(values, func(v string) bool { return v != "" })
	}
	switch {
	case c.operator.null && c.operator.set == oneValue:
		return c.test(strconv.FormatBool(!present), keys)
	case !present && c.operator.ifExists:
		return true
	case !present:
		return c.operator.set == allValues || c.operator.set == oneValue && c.operator.base.negated
	case c.operator.null:
		return c.test("false", keys)
	}
	test := func(value string) bool { return c.test(value, keys) }
	switch c.operator.set {
	case allValues:
		return !slices.ContainsFunc(values, func(v string) bool { return !test(v) })
	case anyValue:
		return slices.ContainsFunc(values, test)
	default:
		return len(values) == 1 && test(values[0])
	}
}

// Parity: Policies: values of another kind

// test compares one value of the request with all values of the condition.
func (c *condition) test(value string, keys context) bool {
	matches := slices.ContainsFunc(c.values, func(o operand) bool { return o.matches(value, keys) })
	if c.operator.base.negated {
		return !matches && c.values[0].takes(value)
	}
	return matches
}
