package template

import (
	"regexp"
	"regexp/syntax"
	"sync"
)

// Properties is the schema of a resource type or of an object within it.
type Properties map[string]Property

// Property is the schema of one property. The functions below make one; the methods narrow it down.
type Property struct {
	shape    shape
	required Refuser // who refuses that it is missing; 0 if it may be
	empty    bool    // a required text may have no characters

	element    *Property // of a list or map
	properties Properties
	values     []string              // an enumeration's
	simulated  []string              // those of values that are simulated, if not all are
	pattern    func() *regexp.Regexp // nil for any text
	limits     *limits
	most       int    // items in a list; 0 is no limit
	refusal    string // why the property is not simulated; empty if it may be there
}

type shape int

const (
	anything shape = iota
	textShape
	flagShape
	wholeShape
	numberShape
	listShape
	objectShape
	mapShape
	resolvedShape
)

type limits struct{ from, to float64 }

// Text is a text of any form.
func Text() Property { return Property{shape: textShape} }

// OneOf is an enumeration.
func OneOf(values ...string) Property { return Property{shape: textShape, values: values} }

// Flag is a boolean.
func Flag() Property { return Property{shape: flagShape} }

// Whole is an integer within limits that are both allowed.
func Whole(from, to float64) Property { return Property{shape: wholeShape, limits: &limits{from, to}} }

// Number is any number that is not negative.
func Number() Property { return Property{shape: numberShape} }

// ListOf is a list whose items all follow one schema.
func ListOf(element Property) Property { return Property{shape: listShape, element: &element} }

// Texts is a list of texts.
func Texts() Property { return ListOf(Text()) }

// Object is an object with fixed fields.
func Object(fields Properties) Property { return Property{shape: objectShape, properties: fields} }

// MapOf is an object with free keys whose values all follow one schema.
func MapOf(element Property) Property { return Property{shape: mapShape, element: &element} }

// NoEffect is a property that AWS knows and that changes nothing a local run could show. Its value
// is not looked at.
//
// Parity: Assembly: properties without effect
func NoEffect() Property { return Property{shape: anything} }

// Any is a value of any kind, which is resolved and not checked.
func Any() Property { return Property{shape: resolvedShape} }

// NotSimulated is a property that would change what the system does and is not simulated.
//
// Parity: Assembly: properties that are not simulated
func NotSimulated(reason string) Property { return Property{shape: anything, refusal: reason} }

// Must makes the property required, by the schema of its type. A text that is required is not empty
// either, unless OrEmpty follows.
func (p Property) Must() Property { return p.NeededBy(CloudFormation) }

// NeededBy makes a property required that the schema of its type lets be left out.
func (p Property) NeededBy(by Refuser) Property {
	p.required = by
	return p
}

// OrEmpty lets a required text be "".
func (p Property) OrEmpty() Property {
	p.empty = true
	return p
}

// Only names the values of an enumeration that are simulated.
//
// Parity: Assembly: values that are not simulated
func (p Property) Only(values ...string) Property {
	p.simulated = values
	return p
}

// Like sets the pattern a text has to match, and panics if it is none. It is compiled when it is
// needed: there are many, and compiling them takes longer than most commands.
func (p Property) Like(pattern string) Property {
	if _, err := syntax.Parse(pattern, syntax.Perl); err != nil {
		panic(err)
	}
	p.pattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
	return p
}

// AtMost limits the items of a list.
func (p Property) AtMost(items int) Property {
	p.most = items
	return p
}
