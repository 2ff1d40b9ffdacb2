package strictyaml

import (
	"reflect"
	"strconv"
	"strings"
)

// Default is a value of a type for which nothing is written: its fields have the defaults of their tags.
func Default[T any]() T {
	var value T
	setDefaults(reflect.ValueOf(&value).Elem())
	return value
}

// setDefaults gives a struct, and the structs in it, the defaults of their tags. What is refused keeps them.
func setDefaults(into reflect.Value) {
	if into.Kind() != reflect.Struct {
		return
	}
	for field, value := range into.Fields() {
		setDefaults(value)
		for option := range strings.SplitSeq(field.Tag.Get("jsonschema"), ",") {
			if written, ok := strings.CutPrefix(option, "default="); ok {
				setDefault(value, written)
			}
		}
	}
}

func setDefault(into reflect.Value, written string) {
	switch into.Kind() {
	case reflect.Bool:
		into.SetBool(written == "true")
	case reflect.Int, reflect.Float64:
		value, _ := strconv.ParseFloat(written, 64) // 0 for one that can't be read, as for a default that is left out
		setNumber(into, value)
	case reflect.String:
		into.SetString(written)
	default: // lists and mappings have none
	}
}
