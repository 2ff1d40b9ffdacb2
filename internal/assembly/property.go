package assembly

import "regexp"

// properties is the schema of a resource type or of an object within it.
type properties map[string]property

// property is the schema of one property. The functions below make one; the methods narrow it down.
type property struct {
	kind     kind
	required bool
	empty    bool // a required text may have no characters

	element    *property // of a list or map
	properties properties
	values     []string // an enumeration's
	simulated  []string // those of values that are simulated, if not all are
	pattern    *regexp.Regexp
	limits     *limits
	most       int    // items in a list; 0 is no limit
	refusal    string // why the property is not simulated; empty if it may be there
}

type kind int

const (
	anything kind = iota
	textKind
	flagKind
	wholeKind
	numberKind
	listKind
	objectKind
	mapKind
)

type limits struct{ from, to float64 }

// text is a text of any form.
func text() property { return property{kind: textKind} }

// oneOf is an enumeration.
func oneOf(values ...string) property { return property{kind: textKind, values: values} }

// flag is a boolean.
func flag() property { return property{kind: flagKind} }

// whole is an integer within limits that are both allowed.
func whole(from, to float64) property { return property{kind: wholeKind, limits: &limits{from, to}} }

// number is any number that is not negative.
func number() property { return property{kind: numberKind} }

// listOf is a list whose items all follow one schema.
func listOf(element property) property { return property{kind: listKind, element: &element} }

// texts is a list of texts.
func texts() property { return listOf(text()) }

// object is an object with fixed fields.
func object(fields properties) property { return property{kind: objectKind, properties: fields} }

// mapOf is an object with free keys whose values all follow one schema.
func mapOf(element property) property { return property{kind: mapKind, element: &element} }

// noEffect is a property that AWS knows and that changes nothing a local run could show. Its value is not looked at.
//
// Parity: Assembly: properties without effect
func noEffect() property { return property{kind: anything} }

// unsupported is a property that would change what the system does and is not simulated.
//
// Parity: Assembly: properties that are not simulated
func unsupported(reason string) property { return property{kind: anything, refusal: reason} }

// must makes the property required. A text that is required is not empty either, unless orEmpty follows.
func (p property) must() property {
	p.required = true
	return p
}

// orEmpty lets a required text be "".
func (p property) orEmpty() property {
	p.empty = true
	return p
}

// only names the values of an enumeration that are simulated.
//
// Parity: Assembly: values that are not simulated
func (p property) only(values ...string) property {
	p.simulated = values
	return p
}

// like sets the pattern a text has to match.
func (p property) like(pattern string) property {
	p.pattern = regexp.MustCompile(pattern)
	return p
}

// atMost limits the items of a list.
func (p property) atMost(items int) property {
	p.most = items
	return p
}
