package config

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/goccy/go-yaml/ast"
)

// reader fills the types of file.go from a YAML tree and collects everything that does not fit them. It remembers
// where each key path stands, so rules that look at the result can name the place too.
type reader struct {
	file     string
	root     ast.Node
	anchors  []*ast.AnchorNode // in the order of the file
	places   map[string]place  // of every key path there is
	problems Problems
}

func newReader(file string, root ast.Node) *reader {
	r := &reader{file: file, root: root, places: map[string]place{"": placeOf(root)}}
	ast.Walk(r, root)
	return r
}

// Visit collects anchors, see ast.Walk.
func (r *reader) Visit(node ast.Node) ast.Visitor {
	if anchor, ok := node.(*ast.AnchorNode); ok {
		r.anchors = append(r.anchors, anchor)
	}
	return r
}

func (r *reader) read(into *file) {
	r.value("", r.root, reflect.ValueOf(into).Elem(), "")
}

// report adds a problem at a key path, or at the nearest path above it that is in the file.
func (r *reader) report(path, message, hint string) {
	r.problems = append(r.problems, r.problem(path, message, hint))
}

func (r *reader) problem(path, message, hint string) Problem {
	at, ok := r.places[path]
	for above := path; !ok; at, ok = r.places[above] {
		above = parentPath(above)
	}
	return Problem{File: r.file, Line: at.line, Column: at.column, Path: path, Message: message, Hint: hint}
}

// has tells whether the key path is in the file.
func (r *reader) has(path string) bool {
	_, ok := r.places[path]
	return ok
}

// value reads the node at a path. What does not fit is reported and left zero, so later rules pass over it.
func (r *reader) value(path string, node ast.Node, into reflect.Value, hint string) {
	if _, ok := r.places[path]; !ok {
		r.places[path] = placeOf(node)
	}
	value, problem := r.resolve(node)
	if problem != "" {
		r.places[path] = placeOf(node)
		r.report(path, problem, "")
		return
	}
	switch v := value.(type) {
	case nil, *ast.NullNode:
		r.report(path, "has no value", orElse(hint, "give it one, or remove the key"))
	case *ast.MappingNode:
		r.mapping(path, v, into, hint)
	case *ast.SequenceNode:
		r.list(path, v, into, hint)
	default:
		r.places[path] = placeOf(node)
		r.scalar(path, value, into)
	}
}

// resolve follows anchors and aliases to the value itself.
func (r *reader) resolve(node ast.Node) (value ast.Node, problem string) {
	for range maxNesting {
		switch n := node.(type) {
		case *ast.AnchorNode:
			node = n.Value
		case *ast.AliasNode:
			anchor := r.anchorOf(n)
			if anchor == nil {
				return nil, "no anchor of this name stands above"
			}
			node = anchor.Value
		case *ast.TagNode:
			return nil, "YAML tags are not part of the format"
		default:
			return node, ""
		}
	}
	return nil, "the alias leads back to itself"
}

// anchorOf finds what an alias stands for: the last anchor of its name that was written before it.
func (r *reader) anchorOf(alias *ast.AliasNode) *ast.AnchorNode {
	name, at := scalarText(alias.Value), placeOf(alias)
	for _, anchor := range slices.Backward(r.anchors) {
		from := placeOf(anchor)
		before := from.line < at.line || from.line == at.line && from.column < at.column
		if before && scalarText(anchor.Name) == name {
			return anchor
		}
	}
	return nil
}

// list reads a YAML list into a slice. A list of strings is a set: what is in it twice is a problem.
func (r *reader) list(path string, node *ast.SequenceNode, into reflect.Value, hint string) {
	if into.Kind() != reflect.Slice {
		r.report(path, "want "+wanted(into.Type())+", got a list", "")
		return
	}
	r.counted(path, into, len(node.Values), hint)
	into.Set(reflect.MakeSlice(into.Type(), len(node.Values), len(node.Values)))
	first := map[string]int{}
	for i, item := range node.Values {
		itemPath := indexPath(path, i)
		r.value(itemPath, item, into.Index(i), "")
		if into.Index(i).Kind() != reflect.String || into.Index(i).Len() == 0 {
			continue
		}
		text := into.Index(i).String()
		if earlier, ok := first[text]; ok {
			r.report(itemPath, quote(text)+" is already at "+indexPath(path, earlier), "remove one")
		} else {
			first[text] = i
		}
	}
}

// counted reports a list or a mapping with too few or too many entries.
func (r *reader) counted(path string, into reflect.Value, n int, hint string) {
	limited, ok := reflect.TypeAssert[interface{ count() count }](into)
	if !ok {
		return
	}
	if message, why := limited.count().check(n, hint); message != "" {
		r.report(path, message, why)
	}
}

func indexPath(path string, i int) string {
	return path + "[" + strconv.Itoa(i) + "]"
}

func orElse(hint, otherwise string) string {
	if hint != "" {
		return hint
	}
	return otherwise
}
