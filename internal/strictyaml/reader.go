package strictyaml

import (
	"cmp"
	"reflect"
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// reader fills Go values from a YAML tree, and its File with everything that does not fit them.
type reader struct {
	*File
	anchors map[string][]anchor // by name, in the order of the file
	known   map[reading]outcome
	left    int // values that may still be read
}

// anchor is a value with a name.
type anchor struct {
	at    place
	value ast.Node
}

// reading is a mapping or a list, read into a type. An alias reads it again, with the same outcome.
type reading struct {
	node ast.Node
	as   reflect.Type
}

// outcome is what became of a reading, and the key path at which it was.
type outcome struct {
	value reflect.Value
	path  string
}

// maxValues of a file are read. Merge keys can make far more of a file than it says, and a file
// says far less.
const maxValues = 200_000

func newReader(file string, root ast.Node) *reader {
	r := &reader{
		File:    &File{Path: file, places: map[string]place{"": placeOf(root)}, origins: map[string]string{}},
		anchors: map[string][]anchor{}, known: map[reading]outcome{}, left: maxValues,
	}
	ast.Walk(r, root)
	return r
}

// Visit collects anchors, see ast.Walk.
func (r *reader) Visit(node ast.Node) ast.Visitor {
	if n, ok := node.(*ast.AnchorNode); ok {
		name := scalarText(n.Name)
		r.anchors[name] = append(r.anchors[name], anchor{placeOf(n), n.Value})
	}
	return r
}

// spend takes a value from those that may still be read, and says whether there was one.
func (r *reader) spend() bool {
	r.left--
	return r.left >= 0
}

// value reads the node at a path. What does not fit is reported and left zero, so later rules pass
// over it.
func (r *reader) value(path string, node ast.Node, into reflect.Value, hint string) {
	if !r.spend() {
		return
	}
	if _, ok := r.places[path]; !ok {
		r.places[path] = placeOf(node)
	}
	value, problem := r.resolve(node)
	if problem != "" {
		r.places[path] = placeOf(node)
		r.Report(path, problem, "")
		return
	}
	switch v := value.(type) {
	case nil, *ast.NullNode:
		r.Report(path, "has no value", cmp.Or(hint, "give it one, or remove the key"))
	case *ast.MappingNode:
		r.once(path, v, into, func() { r.mapping(path, v, into, hint) })
	case *ast.SequenceNode:
		r.once(path, v, into, func() { r.list(path, v, into, hint) })
	default:
		r.places[path] = placeOf(node)
		if into.Kind() == reflect.Pointer { // a number for which 0 and none are not the same
			into.Set(reflect.New(into.Type().Elem()))
			into = into.Elem()
		}
		r.scalar(path, value, into)
	}
}

// once reads a mapping or a list, or takes what became of it when it was read as the same type
// before. What is wrong with it was reported then.
func (r *reader) once(path string, node ast.Node, into reflect.Value, read func()) {
	key := reading{node, into.Type()}
	if first, known := r.known[key]; known {
		into.Set(first.value)
		r.origins[path] = first.path
		return
	}
	read()
	r.known[key] = outcome{into, path}
}

// resolve follows anchors and aliases to the value itself.
func (r *reader) resolve(node ast.Node) (value ast.Node, problem string) {
	for range maxNesting {
		switch n := node.(type) {
		case *ast.AnchorNode:
			node = n.Value
		case *ast.AliasNode:
			if node = r.anchored(n); node == nil {
				return nil, "there is no anchor of this name above"
			}
		case *ast.TagNode:
			return nil, "YAML tags are not part of the format"
		default:
			return node, ""
		}
	}
	return nil, "the alias refers to itself"
}

// anchored finds what an alias stands for: the last anchor of its name that was written before it.
func (r *reader) anchored(alias *ast.AliasNode) ast.Node {
	anchors, at := r.anchors[scalarText(alias.Value)], placeOf(alias)
	above, _ := slices.BinarySearchFunc(anchors, at, func(a anchor, at place) int {
		return cmp.Or(cmp.Compare(a.at.line, at.line), cmp.Compare(a.at.column, at.column))
	})
	if above == 0 {
		return nil
	}
	return anchors[above-1].value
}

// list reads a YAML list into a slice. A list of strings is a set: what is in it twice is a
// problem.
func (r *reader) list(path string, node *ast.SequenceNode, into reflect.Value, hint string) {
	if into.Kind() != reflect.Slice {
		r.Report(path, "want "+wanted(into.Type())+", got a list", "")
		return
	}
	items := node.Values[:r.limited(path, into, len(node.Values), hint)]
	into.Set(reflect.MakeSlice(into.Type(), len(items), len(items)))
	first := map[string]int{}
	for i, item := range items {
		itemPath := IndexPath(path, i)
		setDefaults(into.Index(i))
		r.value(itemPath, item, into.Index(i), "")
		if into.Index(i).Kind() != reflect.String || into.Index(i).Len() == 0 {
			continue
		}
		text := into.Index(i).String()
		if earlier, ok := first[text]; ok {
			r.Report(itemPath, Quote(text)+" is already at "+IndexPath(path, earlier), "remove one")
		} else {
			first[text] = i
		}
	}
}

// limited reports a list or a mapping with too few or too many entries, and says how many are read:
// those of one that is somewhat too long, since others refer to them, and not all of a flood.
func (r *reader) limited(path string, into reflect.Value, n int, hint string) int {
	limited, ok := reflect.TypeAssert[interface{ Count() Count }](into)
	if !ok {
		return n
	}
	if message, why := limited.Count().check(n, hint); message != "" {
		r.Report(path, message, why)
	}
	if most := limited.Count().Max; n/10 >= most {
		r.Partly = true
		return most
	}
	return n
}
