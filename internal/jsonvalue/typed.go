package jsonvalue

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// Into reads the one value of a text as json.Unmarshal does. It returns false for a text that
// encoding/json refuses, or with something that is null, or a member that no struct has by exactly
// this name, or twice. It also does for types of other kinds than those below.
func Into[T any](text []byte) (value T, ok bool) {
	read := readerOf(reflect.TypeFor[T]())
	ok = Decode(text, func(decoder *Decoder) error {
		return read(decoder, reflect.ValueOf(&value).Elem())
	})
	if !ok {
		return *new(T), false
	}
	return value, true
}

// reader reads a value of one type.
type reader func(decoder *Decoder, to reflect.Value) error

// made are the readers of the types that were asked for.
var made sync.Map

func readerOf(t reflect.Type) reader {
	if known, ok := made.Load(t); ok {
		return known.(reader)
	}
	read := readers{}.of(t)
	made.Store(t, read)
	return read
}

// readers are those of the types that were met.
type readers map[reflect.Type]reader

func (r readers) of(t reflect.Type) reader {
	if known := r[t]; known != nil {
		return known
	}
	// A type may have itself in it.
	r[t] = func(decoder *Decoder, to reflect.Value) error { return r[t](decoder, to) }
	r[t] = r.newOf(t)
	return r[t]
}

func (r readers) newOf(t reflect.Type) reader {
	switch kind := t.Kind(); {
	case reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()):
		return readOwn
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return readNothing
	case kind == reflect.String:
		return readText
	case kind == reflect.Bool:
		return readTruth
	case kind == reflect.Int:
		return readWhole
	case kind == reflect.Pointer:
		return r.pointer(t)
	case kind == reflect.Struct:
		return r.object(t)
	case kind == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		return r.list(t)
	case kind == reflect.Map && t.Key() == reflect.TypeFor[string]():
		return r.table(t)
	}
	return readNothing
}

func readNothing(*Decoder, reflect.Value) error { return ErrUnusual }

func readOwn(decoder *Decoder, to reflect.Value) error {
	if decoder.PeekKind() == jsontext.KindNull {
		return ErrUnusual
	}
	value, err := decoder.ReadValue()
	if err != nil {
		return err
	}
	return to.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(value)
}

func readText(decoder *Decoder, to reflect.Value) error {
	text, err := decoder.Text()
	to.SetString(text)
	return err
}

func readTruth(decoder *Decoder, to reflect.Value) error {
	token, err := decoder.ReadToken()
	if err != nil || token.Kind() != jsontext.KindTrue && token.Kind() != jsontext.KindFalse {
		return ErrUnusual
	}
	to.SetBool(token.Bool())
	return nil
}

func readWhole(decoder *Decoder, to reflect.Value) error {
	token, err := decoder.ReadToken()
	if err != nil || token.Kind() != jsontext.KindNumber {
		return ErrUnusual
	}
	number, err := strconv.Atoi(token.String())
	to.SetInt(int64(number))
	return err
}

func (r readers) pointer(t reflect.Type) reader {
	pointed := r.of(t.Elem())
	return func(decoder *Decoder, to reflect.Value) error {
		to.Set(reflect.New(t.Elem()))
		return pointed(decoder, to.Elem())
	}
}

func (r readers) object(t reflect.Type) reader {
	type member struct {
		reader
		index int
	}
	members := map[string]member{}
	for i := range t.NumField() {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous || strings.Contains(options, "string") || i >= 64:
			return readNothing
		case field.IsExported() && name != "" && name != "-":
			members[strconv.Quote(name)] = member{r.of(field.Type), i}
		}
	}
	return func(decoder *Decoder, to reflect.Value) error {
		var given uint64 // of the members, a bit each
		return decoder.enclosed(jsontext.KindBeginObject, jsontext.KindEndObject, func() error {
			name, err := decoder.ReadValue() // not taken out of its quotes
			member, known := members[string(name)]
			if err != nil || !known || given>>member.index&1 == 1 {
				return ErrUnusual
			}
			given |= 1 << member.index
			return member.reader(decoder, to.Field(member.index))
		})
	}
}

func (r readers) list(t reflect.Type) reader {
	element := r.of(t.Elem())
	return func(decoder *Decoder, to reflect.Value) error {
		to.Set(reflect.MakeSlice(t, 0, 0))
		return decoder.Elements(func() error {
			to.Grow(1)
			to.SetLen(to.Len() + 1)
			return element(decoder, to.Index(to.Len()-1))
		})
	}
}

// table reads a map.
func (r readers) table(t reflect.Type) reader {
	element := r.of(t.Elem())
	return func(decoder *Decoder, to reflect.Value) error {
		to.Set(reflect.MakeMap(t))
		members := 0
		return decoder.Members(func(name string) error {
			value := reflect.New(t.Elem()).Elem()
			if err := element(decoder, value); err != nil {
				return err
			}
			to.SetMapIndex(reflect.ValueOf(name), value)
			if members++; to.Len() < members {
				return ErrUnusual
			}
			return nil
		})
	}
}
