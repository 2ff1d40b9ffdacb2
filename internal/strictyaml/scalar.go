package strictyaml

import (
	"fmt"
	"reflect"

	"github.com/goccy/go-yaml/ast"
)

// scalar reads a single value: text, a number, true or false.
func (r *reader) scalar(path string, node ast.Node, into reflect.Value) {
	written := scalarText(node)
	_, isString := node.(*ast.StringNode)
	_, isBlock := node.(*ast.LiteralNode)
	isText := isString || isBlock
	switch into.Kind() {
	case reflect.Struct:
		if mapping, ok := reflect.TypeAssert[Worded](into.Addr()); ok && isText {
			r.text(path, written, reflect.ValueOf(mapping.Word()).Elem())
			return
		}
	case reflect.String:
		if isText {
			r.text(path, written, into)
		} else {
			r.Report(path, "want text, got "+written, wayToText(written, into))
		}
		return
	case reflect.Bool:
		if b, ok := node.(*ast.BoolNode); ok {
			into.SetBool(b.Value)
			return
		}
	case reflect.Int, reflect.Float64:
		if value, ok := numberIn(node, into.Kind()); ok {
			r.number(path, value, into)
			return
		}
	default: // is a list or a mapping
	}
	r.mismatch(path, written, into)
}

// Worded is a mapping in whose place a word may stand. Word is where it keeps the word: a pointer
// to a kind of text.
type Worded interface{ Word() any }

// wayToText is the hint for a value that is not text: quotes, if they are all that it lacks, else
// what the text must be.
func wayToText(written string, into reflect.Value) string {
	if message, hint := textOf(into).Check(written); message != "" {
		return hint
	}
	return fmt.Sprintf("put it in quotes: %q", written)
}

func (r *reader) mismatch(path, written string, into reflect.Value) {
	hint := ""
	if into.Kind() == reflect.Slice && into.Type().Elem().Kind() == reflect.String {
		hint = "write it as a list: [" + written + "]"
	}
	r.Report(path, "want "+wanted(into.Type())+", got "+Quote(written), hint)
}

// text stores a value whose type's rule it keeps, and says whether it does.
func (r *reader) text(path, value string, into reflect.Value) bool {
	rule := textOf(into)
	if message, hint := rule.Check(value); message != "" {
		r.Report(path, message, hint)
		return false
	}
	into.SetString(rule.spell(value))
	return true
}

// number stores a value in the range of its type.
func (r *reader) number(path string, value float64, into reflect.Value) {
	if kind, ok := reflect.TypeAssert[interface{ Number() Number }](into); ok {
		if message, hint := kind.Number().check(value); message != "" {
			r.Report(path, message, hint)
			return
		}
	}
	if into.Kind() == reflect.Int {
		into.SetInt(int64(value))
		return
	}
	into.SetFloat(value)
}

// numberIn takes whole numbers for both kinds and others for floats. Every limit is far below 2^53,
// so nothing is lost by comparing as float64.
func numberIn(node ast.Node, kind reflect.Kind) (float64, bool) {
	switch n := node.(type) {
	case *ast.IntegerNode:
		switch value := n.Value.(type) {
		case int64:
			return float64(value), true
		case uint64:
			return float64(value), true
		}
	case *ast.FloatNode:
		return n.Value, kind == reflect.Float64
	}
	return 0, false
}

// wanted names what a type looks like in YAML.
func wanted(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return map[reflect.Kind]string{
		reflect.Slice: "a list", reflect.Map: "a mapping", reflect.Struct: "a mapping", reflect.String: "text",
		reflect.Bool: "true or false", reflect.Int: "a whole number", reflect.Float64: "a number",
	}[t.Kind()]
}
