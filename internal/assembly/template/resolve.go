package template

import (
	"fmt"
	"strconv"
	"strings"
)

// resolve gives the value of a template node: nil, bool, json.Number, string, []any, map[string]any
// or noValue, with no intrinsic left in it. It returns false when there is none; the problem has
// been reported by then.
func (s *scope) resolve(at Place, node any) (any, bool) {
	return at.nested("values", func() (any, bool) { return s.resolveNode(at, node) })
}

func (s *scope) resolveNode(at Place, node any) (any, bool) {
	switch node := node.(type) {
	case map[string]any:
		if name, argument, ok := intrinsic(node); ok {
			return s.call(at, name, argument)
		}
		return s.resolveObject(at, node)
	case []any:
		return s.resolveList(at, node)
	case nil:
		return at.invalid(CloudFormation, "null is not allowed in a template")
	}
	return node, true
}

func (s *scope) resolveObject(at Place, node map[string]any) (any, bool) {
	object, complete := make(map[string]any, len(node)), true
	for key, item := range ordered(node) {
		if strings.HasPrefix(key, "Fn::") {
			return at.notAlone(key)
		}
		value, ok := s.resolve(at.field(key), item)
		if complete = complete && ok; ok && value != (noValue{}) {
			object[key] = value
		}
	}
	return object, complete
}

func (s *scope) resolveList(at Place, node []any) (any, bool) {
	list, complete := make([]any, 0, len(node)), true
	for i, item := range node {
		value, ok := s.resolve(at.item(i), item)
		if complete = complete && ok; ok && value != (noValue{}) {
			list = append(list, value)
		}
	}
	return list, complete
}

// resolveText resolves a node that has to come out as a single text. CloudFormation turns numbers
// and booleans into text. Whatever is done with the text costs work, however often it is the same
// one.
func (s *scope) resolveText(at Place, what string, node any) (string, bool) {
	value, ok := s.resolve(at, node)
	if !ok {
		return "", false
	}
	text, ok := scalarText(value)
	if !ok {
		at.invalid(CloudFormation, "%s takes a text, not %s", what, describe(value))
	}
	return text, ok && at.spend(len(text))
}

// resolveItems resolves a node that has to come out as a list.
func (s *scope) resolveItems(at Place, what string, node any) ([]any, bool) {
	value, ok := s.resolve(at, node)
	if !ok {
		return nil, false
	}
	items, ok := value.([]any)
	if !ok {
		at.invalid(CloudFormation, "%s takes a list, not %s", what, describe(value))
	}
	return items, ok && at.spend(len(items))
}

// count is how many arguments an intrinsic takes.
type count struct{ from, to int }

func exactly(number int) count { return count{number, number} }

func (c count) String() string {
	if c.from == c.to {
		return strconv.Itoa(c.from)
	}
	return fmt.Sprintf("%d to %d", c.from, c.to)
}

// arguments takes an intrinsic's list of arguments apart.
func arguments(at Place, name string, argument any, takes count) ([]any, bool) {
	list, ok := argument.([]any)
	if !ok || len(list) < takes.from || len(list) > takes.to {
		at.invalid(CloudFormation, "%s takes a list of %s arguments", name, takes)
		return nil, false
	}
	return list, true
}

// notAlone reports an intrinsic among other keys, where it would be taken for literal text.
func (p Place) notAlone(key string) (any, bool) {
	return p.invalid(Unknown, "%s is beside other keys; an intrinsic must be the only key", key)
}
