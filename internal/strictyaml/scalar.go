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
		if word := wordOf(into); isText && word.IsValid() {
			r.text(path, written, word)
			return
		}
		r.mismatch(path, written, into)
	case reflect.String:
		if isText {
			r.text(path, written, into)
			return
		}
		r.Report(path, fmt.Sprintf("want text, got %s", written), wayToText(written, into))
	case reflect.Bool:
		if b, ok := node.(*ast.BoolNode); ok {
			into.SetBool(b.Value)
			return
		}
		r.mismatch(path, written, into)
	case reflect.Int, reflect.Float64:
		if value, ok := numberIn(node, into.Kind()); ok {
			r.number(path, value, into)
			return
		}
		r.mismatch(path, written, into)
	default:
		r.mismatch(path, written, into)
	}
}

// Worded is a mapping in whose place a word may stand. Word is where it keeps the word: a pointer to a kind of text.
type Worded interface{ Word() any }

// wordOf is where a mapping keeps the word that is written in its place; not valid for one that no word stands for.
func wordOf(into reflect.Value) reflect.Value {
	if mapping, ok := reflect.TypeAssert[Worded](into.Addr()); ok {
		return reflect.ValueOf(mapping.Word()).Elem()
	}
	return reflect.Value{}
}

// wayToText is the hint for a value that is not text: quotes, if they are all that it lacks, else what the text must be.
func wayToText(written string, into reflect.Value) string {
	rule := textOf(into)
	if message, hint := rule.Check(written); message != "" {
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

// text stores a value whose type's rule it keeps, and tells whether it does.
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
	setNumber(into, value)
}

func setNumber(into reflect.Value, value float64) {
	if into.Kind() == reflect.Int {
		into.SetInt(int64(value))
		return
	}
	into.SetFloat(value)
}

// numberIn takes whole numbers for both kinds and others for floats. Every limit is far below 2^53, so nothing is
// lost by comparing as float64.
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
	switch t.Kind() {
	case reflect.Pointer:
		return wanted(t.Elem())
	case reflect.Slice:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "a mapping"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	default:
		return "text"
	}
}
