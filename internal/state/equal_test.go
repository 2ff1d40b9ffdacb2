package state

import (
	"reflect"
	"testing"
	"time"
)

// A part of a secret that is not compared would be lost when it alone changes.
func TestEveryPartOfASecretIsCompared(t *testing.T) {
	t.Parallel()
	parts := reflect.TypeFor[secret]()
	for i := range parts.NumField() {
		var none, other secret
		fill(reflect.ValueOf(&other).Elem().Field(i))
		if other.equal(&none) || none.equal(&other) || !other.equal(&other) {
			t.Errorf("%s does not count", parts.Field(i).Name)
		}
	}
}

// fill gives a part a value other than its zero.
func fill(part reflect.Value) {
	switch kind := part.Kind(); {
	case part.Type() == reflect.TypeFor[time.Time]():
		part.Set(reflect.ValueOf(time.Unix(1, 0)))
	case kind == reflect.Pointer:
		part.Set(reflect.New(part.Type().Elem()))
	case kind == reflect.Slice:
		part.Set(reflect.MakeSlice(part.Type(), 1, 1))
	case kind == reflect.Map:
		part.Set(reflect.MakeMap(part.Type()))
		part.SetMapIndex(reflect.Zero(part.Type().Key()), reflect.Zero(part.Type().Elem()))
	case kind == reflect.Struct:
		fill(part.Field(0))
	case kind == reflect.Bool:
		part.SetBool(true)
	default:
		part.SetString("x")
	}
}
