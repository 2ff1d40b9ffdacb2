package strictyaml

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"cognito-m2m/internal/nearest"
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
		r.Report(path, "want "+wanted(into.Type())+", got a mapping", "")
	}
}

// entries lists the keys of a mapping, those of a merge key ("<<") last and only where the mapping
// has no such key itself. Keys that are written twice are reported; the first one counts.
func (r *reader) entries(path string, node *ast.MappingNode, merges int) []entry {
	var own, merged []entry
	seen := map[string]place{}
	for _, pair := range node.Values {
		if !r.spend() {
			return nil
		}
		key, at := scalarText(pair.Key), placeOf(pair.Key)
		if first, ok := seen[key]; ok {
			r.Add(Problem{
				File: r.Path, Line: at.line, Column: at.column, Path: KeyPath(path, key),
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
	r.Add(Problem{
		File: r.Path, Line: at.line, Column: at.column, Path: KeyPath(path, "<<"),
		Message: problem, Hint: "write <<: *name of an anchor above",
	})
	return nil
}

// field is one key of a struct.
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
		if key == "" { // see Worded
			continue
		}
		fields = append(fields, field{i, key, options != "omitempty", tag.Get("hint"), tag.Get("unless")})
	}
	return fields
}

// fields reads the entries into a struct. A missing key is not reported if an unknown one looks
// like it.
func (r *reader) fields(path string, entries []entry, into reflect.Value) {
	known := fieldsOf(into.Type())
	keys := make([]string, 0, len(known))
	for _, f := range known {
		keys = append(keys, f.key)
	}
	misspelt := map[string]bool{}
	for _, e := range entries {
		at := KeyPath(path, e.key)
		r.places[at] = e.at
		i := slices.Index(keys, e.key)
		if i < 0 {
			if !r.Full() {
				misspelt[nearest.Word(e.key, keys)] = true
			}
			r.Report(at, "unknown key", r.DidYouMean(e.key, keys))
			continue
		}
		r.value(at, e.value, into.Field(known[i].index), known[i].hint)
	}
	for _, f := range known {
		if f.unless != "" && r.Has(KeyPath(path, f.unless)) {
			continue
		}
		if at := KeyPath(path, f.key); f.required && !r.Has(at) && !misspelt[f.key] {
			r.Report(at, "is missing", f.hint)
		}
	}
}

// named reads the entries into a map. A key that breaks its rule is reported, and its value is
// still checked.
func (r *reader) named(path string, entries []entry, into reflect.Value) {
	into.Set(reflect.MakeMap(into.Type()))
	for _, e := range entries {
		at := KeyPath(path, e.key)
		r.places[at] = e.at
		key := reflect.New(into.Type().Key()).Elem()
		valid := r.text(at, e.key, key)
		value := reflect.New(into.Type().Elem()).Elem()
		setDefaults(value)
		r.value(at, e.value, value, "")
		if valid {
			into.SetMapIndex(key, value)
		}
	}
}

// scalarText is the text of a scalar node that is used as a name, as it was written but for its
// quotes.
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
