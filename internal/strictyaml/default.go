package strictyaml

import (
	"fmt"
	"reflect"
	"strings"
)

// Default is a value of a type for which nothing is written: its fields have the defaults of their
// tags.
func Default[T any]() T {
	var value T
	setDefaults(reflect.ValueOf(&value).Elem())
	return value
}

// setDefaults gives a struct, and the structs in it, the defaults of their tags. What is refused
// keeps them.
func setDefaults(into reflect.Value) {
	if into.Kind() != reflect.Struct {
		return
	}
	for field, value := range into.Fields() {
		setDefaults(value)
		for option := range strings.SplitSeq(field.Tag.Get("jsonschema"), ",") {
			if written, ok := strings.CutPrefix(option, "default="); ok {
				_, _ = fmt.Sscan(written, value.Addr().Interface()) // an empty one is the zero value
			}
		}
	}
}
