package policy

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// comparison is what an operator compares, ForAllValues:, ForAnyValue: and IfExists left aside.
type comparison struct {
	read    func(text string, variables bool) (operand, error)
	negated bool
}

// operand is one value of a condition.
type operand interface {
	// matches compares it with a value of the request.
	matches(value string, c context) bool
	// takes says whether a value of the request is of the operand's kind; if it is not, neither the
	// operator nor its negation holds.
	takes(value string) bool
}

// comparisons are all operators but Null (IAM user guide, "IAM JSON policy elements: Condition
// operators").
var comparisons = map[string]comparison{
	"StringEquals":              {readText(exactText, false), false},
	"StringNotEquals":           {readText(exactText, false), true},
	"StringEqualsIgnoreCase":    {readText(exactText, true), false},
	"StringNotEqualsIgnoreCase": {readText(exactText, true), true},
	"StringLike":                {readText(plainText, false), false},
	"StringNotLike":             {readText(plainText, false), true},
	"NumericEquals":             {readNumber(equal), false},
	"NumericNotEquals":          {readNumber(equal), true},
	"NumericLessThan":           {readNumber(less), false},
	"NumericLessThanEquals":     {readNumber(less | equal), false},
	"NumericGreaterThan":        {readNumber(greater), false},
	"NumericGreaterThanEquals":  {readNumber(greater | equal), false},
	"DateEquals":                {readDate(equal), false},
	"DateNotEquals":             {readDate(equal), true},
	"DateLessThan":              {readDate(less), false},
	"DateLessThanEquals":        {readDate(less | equal), false},
	"DateGreaterThan":           {readDate(greater), false},
	"DateGreaterThanEquals":     {readDate(greater | equal), false},
	"Bool":                      {readTruth, false},
	"BinaryEquals":              {readBinary, false},
	"IpAddress":                 {readAddresses, false},
	"NotIpAddress":              {readAddresses, true},
	"ArnEquals":                 {readARN, false},
	"ArnLike":                   {readARN, false},
	"ArnNotEquals":              {readARN, true},
	"ArnNotLike":                {readARN, true},
}

// textOperand is compared as a pattern.
type textOperand struct{ pattern pattern }

func (t textOperand) matches(value string, c context) bool { return t.pattern.matches(value, c) }
func (textOperand) takes(string) bool                      { return true }

// foldedOperand is compared without regard to case.
type foldedOperand struct{ pattern pattern }

func (t foldedOperand) matches(value string, c context) bool {
	symbols, ok := t.pattern.expand(c)
	return ok && strings.EqualFold(textOf(symbols), value)
}
func (foldedOperand) takes(string) bool { return true }

func readText(s style, folded bool) func(string, bool) (operand, error) {
	return func(written string, variables bool) (operand, error) {
		p, err := maybeVariables(written, s, variables)
		if err != nil {
			return nil, err
		}
		if folded {
			return foldedOperand{p}, nil
		}
		return textOperand{p}, nil
	}
}

func maybeVariables(written string, s style, variables bool) (pattern, error) {
	if !variables {
		return literal(written, s), nil
	}
	return newPattern(written, s)
}

// arnOperand is an ARN.
type arnOperand struct{ pattern pattern }

func (n arnOperand) matches(value string, c context) bool { return n.pattern.matches(value, c) }

// takes holds for ARNs: PMapper's tests say that the policy simulator answers so.
func (arnOperand) takes(value string) bool {
	return strings.HasPrefix(value, "arn:") && strings.Count(value, ":") >= arnParts-1
}

func readARN(written string, variables bool) (operand, error) {
	if strings.Count(written, ":") < arnParts-1 && (!variables || !strings.Contains(written, "${")) {
		return nil, fmt.Errorf("%q is not an ARN of six parts", written)
	}
	p, err := maybeVariables(written, arn, variables)
	return arnOperand{p}, err
}

// order is how a value of the request stands to that of the condition.
type order int

const (
	less order = 1 << iota
	equal
	greater
)

func ordered(compared int) order {
	return [...]order{less, equal, greater}[compared+1]
}

var numberForm = regexp.MustCompile(`^[+-]?\d{1,30}(\.\d{1,30})?$`)

type number struct {
	want  order
	limit float64
}

func (n number) takes(value string) bool { return numberForm.MatchString(value) }
func (n number) matches(value string, _ context) bool {
	given, err := strconv.ParseFloat(value, 64)
	if err != nil || !n.takes(value) {
		return false
	}
	return n.want&ordered(compare(given, n.limit)) != 0
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

func readNumber(want order) func(string, bool) (operand, error) {
	return func(written string, _ bool) (operand, error) {
		limit, err := strconv.ParseFloat(written, 64)
		if err != nil || !numberForm.MatchString(written) {
			return nil, fmt.Errorf("%q is not a number", written)
		}
		return number{want, limit}, nil
	}
}

type date struct {
	want  order
	limit time.Time
}

func (date) takes(value string) bool {
	_, err := dateOf(value)
	return err == nil
}

func (d date) matches(value string, _ context) bool {
	given, err := dateOf(value)
	return err == nil && d.want&ordered(given.Compare(d.limit)) != 0
}

// dateOf reads a date of ISO 8601 in a form that W3C lists, or seconds since 1970.
func dateOf(written string) (time.Time, error) {
	for _, layout := range []string{"2006", "2006-01", "2006-01-02", "2006-01-02T15:04Z07:00", time.RFC3339Nano} {
		if t, err := time.Parse(layout, written); err == nil {
			return t, nil
		}
	}
	seconds, err := strconv.ParseInt(written, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a date such as 2006-01-02T15:04:05Z", written)
	}
	return time.Unix(seconds, 0), nil
}

func readDate(want order) func(string, bool) (operand, error) {
	return func(written string, _ bool) (operand, error) {
		limit, err := dateOf(written)
		return date{want, limit}, err
	}
}

// truth takes every value: PMapper's tests say that the policy simulator reads one that is not true
// as false.
type truth bool

func (truth) takes(string) bool { return true }
func (t truth) matches(value string, _ context) bool {
	return strings.EqualFold(value, "true") == bool(t)
}

func readTruth(written string, _ bool) (operand, error) {
	if !strings.EqualFold(written, "true") && !strings.EqualFold(written, "false") {
		return nil, fmt.Errorf("%q is not true or false", written)
	}
	return truth(strings.EqualFold(written, "true")), nil
}

// binary is compared with the bytes of a value.
type binary []byte

func (binary) takes(string) bool                      { return true }
func (b binary) matches(value string, _ context) bool { return bytes.Equal(b, []byte(value)) }

func readBinary(written string, _ bool) (operand, error) {
	decoded, err := base64.StdEncoding.DecodeString(written)
	if err != nil {
		return nil, errors.New("it is not in base64")
	}
	return binary(decoded), nil
}

type addresses struct{ netip.Prefix }

func (addresses) takes(value string) bool {
	_, err := netip.ParseAddr(value)
	return err == nil
}

func (a addresses) matches(value string, _ context) bool {
	given, err := netip.ParseAddr(value)
	return err == nil && a.Contains(given.Unmap())
}

// readAddresses reads a range, or one address of IPv4. AWS says only of those what they mean
// without a prefix length.
func readAddresses(written string, _ bool) (operand, error) {
	if prefix, err := netip.ParsePrefix(written); err == nil {
		return addresses{prefix}, nil
	}
	address, err := netip.ParseAddr(written)
	if err != nil || !address.Is4() {
		return nil, fmt.Errorf("%q is not a range such as 203.0.113.0/24", written)
	}
	return addresses{netip.PrefixFrom(address, address.BitLen())}, nil
}
