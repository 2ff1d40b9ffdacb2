package jwtauth

import (
	"encoding/json"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Texts are the claims as an event carries them, sorted by name: every value a string, null claims
// left out.
func (c Claims) Texts() iter.Seq2[string, string] {
	sorted := make([]*claim, len(c))
	for i := range c {
		sorted[i] = &c[i]
	}
	slices.SortFunc(sorted, func(a, b *claim) int { return strings.Compare(a.name, b.name) })
	return func(yield func(name, text string) bool) {
		for _, one := range sorted {
			if one.kind != jsontext.KindNull && !yield(one.name, one.asText()) {
				return
			}
		}
	}
}

// Text is a claim as an event carries it, "" if it is not there or null.
func (c Claims) Text(name string) string {
	if found := c.find(name); found != nil && found.kind != jsontext.KindNull {
		return found.asText()
	}
	return ""
}

func (c *claim) asText() string {
	switch c.kind {
	case jsontext.KindString:
		return c.text
	case jsontext.KindNumber:
		return plainDecimal(c.text)
	default:
		return claimText(c.other)
	}
}

// claimText writes a claim's value like AWS: numbers in plain decimal, arrays as "[a b]", objects
// as JSON.
//
// Parity: Event: nested claims
func claimText(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case bool:
		return strconv.FormatBool(value)
	case json.Number:
		return plainDecimal(value.String())
	case []any:
		elements := make([]string, len(value))
		for i, element := range value {
			elements[i] = claimText(element)
		}
		return "[" + strings.Join(elements, " ") + "]"
	default:
		text, err := json.Marshal(value)
		if err != nil {
			return ""
		}
		return string(text)
	}
}

// plainDecimal rewrites a number with an exponent. All others stay digit by digit as the issuer
// wrote them, so that no large integer is rounded; one too large for a float64 stays too.
func plainDecimal(literal string) string {
	if !strings.ContainsAny(literal, "eE") {
		return literal
	}
	number, err := strconv.ParseFloat(literal, 64)
	if err != nil {
		return literal
	}
	return strconv.FormatFloat(number, 'f', -1, 64)
}
