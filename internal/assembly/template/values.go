package template

import (
	"iter"
	"maps"
)

// Values are the properties of a resource, or of an object in it, after reading, in the order of
// their names: each has the type its schema gives, or is not there. Asking for one that is not
// there gives the zero value. There are few, so looking at each is quicker than a map.
type Values []namedValue

type namedValue struct {
	Name  string
	Value any
}

// Any is nil if it is not there.
func (v Values) Any(name string) any {
	for i := range v {
		if v[i].Name == name {
			return v[i].Value
		}
	}
	return nil
}

// All are those that are there.
func (v Values) All() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, named := range v {
			if !yield(named.Name, named.Value) {
				return
			}
		}
	}
}

// MarshalJSON makes an object of them. An encoder escapes < and > in it, if that is what it does.
func (v Values) MarshalJSON() ([]byte, error) { return []byte(JSON(maps.Collect(v.All()))), nil }

// Text is empty if it is not there.
func (v Values) Text(name string) string { return valueIn[string](v, name) }

// Flag is false if it is not there.
func (v Values) Flag(name string) bool { return valueIn[bool](v, name) }

// Object has nothing in it if it is not there.
func (v Values) Object(name string) Values { return valueIn[Values](v, name) }

// Texts are the items of a list of texts.
func (v Values) Texts(name string) []string { return itemsIn[string](v, name) }

// Objects are the items of a list of objects.
func (v Values) Objects(name string) []Values { return itemsIn[Values](v, name) }

// OptionalText is nil if it is not there, and likewise for the others.
func (v Values) OptionalText(name string) *string { return optionalIn[string](v, name) }

// OptionalWhole is a whole number.
func (v Values) OptionalWhole(name string) *int { return optionalIn[int](v, name) }

// OptionalNumber is any number.
func (v Values) OptionalNumber(name string) *float64 { return optionalIn[float64](v, name) }

// Whole returns the number called name, or otherwise if it is not there.
func (v Values) Whole(name string, otherwise int) int {
	if number, ok := v.Any(name).(int); ok {
		return number
	}
	return otherwise
}

// TextMap returns an object whose values are all texts.
func (v Values) TextMap(name string) map[string]string {
	texts := map[string]string{}
	for key, value := range v.Object(name).All() {
		if text, ok := value.(string); ok {
			texts[key] = text
		}
	}
	return texts
}

func valueIn[T any](v Values, name string) T {
	value, _ := v.Any(name).(T)
	return value
}

func optionalIn[T any](v Values, name string) *T {
	if value, ok := v.Any(name).(T); ok {
		return &value
	}
	return nil
}

func itemsIn[T any](v Values, name string) []T {
	nodes, _ := v.Any(name).([]any)
	items := make([]T, 0, len(nodes))
	for _, node := range nodes {
		if item, ok := node.(T); ok {
			items = append(items, item)
		}
	}
	return items
}
