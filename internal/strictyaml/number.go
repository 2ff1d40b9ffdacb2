package strictyaml

import (
	"fmt"
	"slices"
	"strconv"
)

// Count is how many entries a list or a mapping may have. A type has it from its method Count; a
// type without the method has no limits.
type Count struct {
	Min, Max int
	Of       string // what the entries are, in plural
	Why      string // where the maximum comes from
}

// check describes what is wrong with n entries; both answers are empty when nothing is.
func (c Count) check(n int, hintWhenEmpty string) (message, hint string) {
	switch {
	case n < c.Min:
		return "has no " + c.Of, hintWhenEmpty
	case n > c.Max:
		return fmt.Sprintf("has %d %s, at most %d are allowed", n, c.Of, c.Max), c.Why
	default:
		return "", ""
	}
}

// Number is the rule for one kind of numbers: those listed, or those from Min to Max. Without a Min
// they are above zero. A type has it from its method Number; a type without the method takes any
// number.
type Number struct {
	Min, Max float64
	OrZero   bool
	Values   []float64 // ascending; nil: see Min and Max
}

// check describes what is wrong with a value; both answers are empty when nothing is.
func (n Number) check(value float64) (message, hint string) {
	switch {
	case n.Values != nil && !slices.Contains(n.Values, value):
		return decimal(value) + " is not one of the allowed values", "nearest: " + n.nearest(value)
	case n.Values != nil:
		return "", ""
	case value > n.Max:
		return decimal(value) + " is too large, at most " + decimal(n.Max) + " is allowed", ""
	case value < n.Min && n.Min > 0:
		return decimal(value) + " is too small, at least " + decimal(n.Min) + " is needed", ""
	case value > 0, value == 0 && n.OrZero:
		return "", ""
	case n.OrZero:
		return decimal(value) + " is too small, at least 0 is needed", ""
	default:
		return decimal(value) + " is too small, it must be above 0", ""
	}
}

// nearest are the listed values around a value.
func (n Number) nearest(value float64) string {
	above, _ := slices.BinarySearch(n.Values, value)
	switch above {
	case 0:
		return decimal(n.Values[0])
	case len(n.Values):
		return decimal(n.Values[above-1])
	default:
		return decimal(n.Values[above-1]) + " and " + decimal(n.Values[above])
	}
}

func decimal(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }
