package config

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// entry is one key of a YAML mapping with its value.
type entry struct {
	key   string
	at    place
	value ast.Node
}

// mapping reads a YAML mapping into a struct or a map.
func (r *reader) mapping(path string, node *ast.MappingNode, into reflect.Value, hint string) {
	switch into.Kind() {
	case reflect.Struct:
		r.fields(path, r.entries(path, node, 0), into)
	case reflect.Map:
		entries := r.entries(path, node, 0)
		r.named(path, entries[:r.limited(path, into, len(entries), hint)], into)
	default:
		r.report(path, "want "+wanted(into.Type())+", got a mapping", "")
	}
}

// entries lists the keys of a mapping, those of a merge key ("<<") last and only where the mapping has no such key
// itself. Keys that are written twice are reported; the first one counts.
func (r *reader) entries(path string, node *ast.MappingNode, merges int) []entry {
	var own, merged []entry
	seen := map[string]place{}
	for _, pair := range node.Values {
		if !r.spend() {
			return nil
		}
		key, at := scalarText(pair.Key), placeOf(pair.Key)
		if first, ok := seen[key]; ok {
			r.add(Problem{
				File: r.file, Line: at.line, Column: at.column, Path: keyPath(path, key),
				Message: "duplicate key", Hint: fmt.Sprintf("it is already on line %d", first.line),
			})
			continue
		}
		seen[key] = at
		if pair.Key.IsMergeKey() {
			merged = r.merge(path, at, pair.Value, merges)
			continue
		}
		own = append(own, entry{key, at, pair.Value})
	}
	for _, e := range merged {
		if _, ok := seen[e.key]; !ok {
			own = append(own, e)
		}
	}
	return own
}

func (r *reader) merge(path string, at place, node ast.Node, merges int) []entry {
	value, problem := r.resolve(node)
	mapping, ok := value.(*ast.MappingNode)
	switch {
	case problem == "" && !ok:
		problem = "want a mapping to merge"
	case merges == maxNesting:
		problem = "the alias refers to itself"
	case problem == "":
		return r.entries(path, mapping, merges+1)
	}
	r.add(Problem{
		File: r.file, Line: at.line, Column: at.column, Path: keyPath(path, "<<"),
		Message: problem, Hint: "write <<: *name of an anchor above",
	})
	return nil
}

// field is one key of a struct of file.go.
type field struct {
	index    int
	key      string
	required bool
	hint     string
	unless   string // the key beside which this one is not required
}

func fieldsOf(t reflect.Type) []field {
	fields := make([]field, 0, t.NumField())
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		key, options, _ := strings.Cut(tag.Get("yaml"), ",")
		if key == "" { // see worded
			continue
		}
		fields = append(fields, field{i, key, options != "omitempty", tag.Get("hint"), tag.Get("unless")})
	}
	return fields
}

// fields reads the entries into a struct. A missing key is not reported if an unknown one looks like it.
func (r *reader) fields(path string, entries []entry, into reflect.Value) {
	known := fieldsOf(into.Type())
	keys := make([]string, 0, len(known))
	for _, f := range known {
		keys = append(keys, f.key)
	}
	misspelt := map[string]bool{}
	for _, e := range entries {
		at := keyPath(path, e.key)
		r.places[at] = e.at
		i := slices.Index(keys, e.key)
		if i < 0 {
			if !r.full() {
				misspelt[Nearest(e.key, keys)] = true
			}
			r.report(at, "unknown key", r.didYouMean(e.key, keys))
			continue
		}
		r.value(at, e.value, into.Field(known[i].index), known[i].hint)
	}
	for _, f := range known {
		if f.unless != "" && r.has(keyPath(path, f.unless)) {
			continue
		}
		if at := keyPath(path, f.key); f.required && !r.has(at) && !misspelt[f.key] {
			r.report(at, "is missing", f.hint)
		}
	}
}

// named reads the entries into a map. A key that breaks its rule is reported, and its value is still checked.
func (r *reader) named(path string, entries []entry, into reflect.Value) {
	into.Set(reflect.MakeMap(into.Type()))
	for _, e := range entries {
		at := keyPath(path, e.key)
		r.places[at] = e.at
		key := reflect.New(into.Type().Key()).Elem()
		valid := r.text(at, e.key, key)
		value := reflect.New(into.Type().Elem()).Elem()
		r.value(at, e.value, value, "")
		if valid {
			into.SetMapIndex(key, value)
		}
	}
}

var plainKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// keyPath is the path of a key below a path: "clients.reader", or `clients["a.b"]`.
func keyPath(path, key string) string {
	switch {
	case !plainKey.MatchString(key):
		return path + "[" + quote(key) + "]"
	case path == "":
		return key
	default:
		return path + "." + key
	}
}

// parentPath takes the last key or index off a path of a key that may be missing, and is "" in the end.
func parentPath(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}

// scalarText is the text of a scalar node that is used as a name, as it was written but for its quotes.
func scalarText(node ast.Node) string {
	switch n := node.(type) {
	case *ast.MappingKeyNode:
		return scalarText(n.Value)
	case *ast.AnchorNode:
		return scalarText(n.Value)
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	case nil:
		return ""
	default:
		if tk := n.GetToken(); tk != nil {
			return tk.Value
		}
		return strconv.Quote(n.String())
	}
}
