package config

import (
	"cmp"
	"fmt"
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
	anchors  map[string][]anchor // by name, in the order of the file
	places   map[string]place    // of every key path there is
	known    map[reading]outcome
	origins  map[string]string // key paths that are aliases, and where what they stand for was read
	left     int               // values that may still be read
	cut      bool              // some list or mapping was not read to its end
	problems Problems
	more     int // problems that are not kept
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

const (
	// maxProblems of a file are kept: no one reads more of them, and one fault can cause any number.
	maxProblems = 100

	// maxValues of a file are read. Merge keys can make far more of a file than it says, and a file says far less.
	maxValues = 200_000
)

func newReader(file string, root ast.Node) *reader {
	r := &reader{
		file: file, root: root, left: maxValues,
		anchors: map[string][]anchor{}, places: map[string]place{"": placeOf(root)}, known: map[reading]outcome{}, origins: map[string]string{},
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

func (r *reader) read(into *file) {
	r.value("", r.root, reflect.ValueOf(into).Elem(), "")
}

// report adds a problem at a key path, or at the nearest path above it that is in the file.
func (r *reader) report(path, message, hint string) {
	r.add(r.problem(path, message, hint))
}

// add keeps a problem, or counts it once there are enough.
func (r *reader) add(p Problem) {
	if r.full() {
		r.more++
		return
	}
	r.problems = append(r.problems, p)
}

// full tells whether no further problem is kept. A hint that is hard to find is not looked for then.
func (r *reader) full() bool { return len(r.problems) >= maxProblems }

// counted are the problems that are kept, with one that says how many there are besides.
func (r *reader) counted() Problems {
	if r.more == 0 {
		return r.problems
	}
	return append(r.problems, Problem{
		File:    r.file,
		Message: fmt.Sprintf("has %d problems, of which %d are listed", len(r.problems)+r.more, len(r.problems)),
	})
}

// exhausted tells whether reading has stopped before the end of the file.
func (r *reader) exhausted() bool { return r.left < 0 }

// spend takes a value from those that may still be read.
func (r *reader) spend() bool {
	if r.left--; r.left == -1 {
		r.problems = Problems{{
			File:    r.file,
			Message: fmt.Sprintf("has more than %d values once aliases and merge keys are followed, which is the limit", maxValues),
			Hint:    "let fewer of them refer to each other",
		}}
		r.more = 0
	}
	return r.left >= 0
}

// didYouMean is the hint for a word that is not known.
func (r *reader) didYouMean(word string, known []string) string {
	if r.full() {
		return ""
	}
	return didYouMean(word, known)
}

func (r *reader) problem(path, message, hint string) Problem {
	at, ok := r.placeAt(path)
	for above := path; !ok; at, ok = r.placeAt(above) {
		above = parentPath(above)
	}
	return Problem{File: r.file, Line: at.line, Column: at.column, Path: path, Message: message, Hint: hint}
}

// has tells whether the key path is in the file.
func (r *reader) has(path string) bool {
	_, ok := r.placeAt(path)
	return ok
}

// placeAt finds where a key path stands. What is below an alias stands where the alias leads to.
func (r *reader) placeAt(path string) (place, bool) {
	if at, ok := r.places[path]; ok {
		return at, true
	}
	for above := parentPath(path); above != ""; above = parentPath(above) {
		if origin, ok := r.origins[above]; ok {
			return r.placeAt(origin + path[len(above):])
		}
	}
	return place{}, false
}

// value reads the node at a path. What does not fit is reported and left zero, so later rules pass over it.
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
		r.report(path, problem, "")
		return
	}
	switch v := value.(type) {
	case nil, *ast.NullNode:
		r.report(path, "has no value", orElse(hint, "give it one, or remove the key"))
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

// once reads a mapping or a list, or takes what became of it when it was read as the same type before. What is wrong with
// it has been told then.
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

// list reads a YAML list into a slice. A list of strings is a set: what is in it twice is a problem.
func (r *reader) list(path string, node *ast.SequenceNode, into reflect.Value, hint string) {
	if into.Kind() != reflect.Slice {
		r.report(path, "want "+wanted(into.Type())+", got a list", "")
		return
	}
	items := node.Values[:r.limited(path, into, len(node.Values), hint)]
	into.Set(reflect.MakeSlice(into.Type(), len(items), len(items)))
	first := map[string]int{}
	for i, item := range items {
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

// limited reports a list or a mapping with too few or too many entries, and tells how many are read: those of one that is
// somewhat too long, since others refer to them, and not all of a flood.
func (r *reader) limited(path string, into reflect.Value, n int, hint string) int {
	limited, ok := reflect.TypeAssert[interface{ count() count }](into)
	if !ok {
		return n
	}
	if message, why := limited.count().check(n, hint); message != "" {
		r.report(path, message, why)
	}
	if most := limited.count().max; n/10 >= most {
		r.cut = true
		return most
	}
	return n
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
