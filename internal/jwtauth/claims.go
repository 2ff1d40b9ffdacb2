package jwtauth

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Claims are a token's members, in their order: no two have one name.
type Claims []claim

// claim is a member. Strings and numbers, which nearly all are, take no more memory than this.
type claim struct {
	name, text string // the text of a string or a number, as it was written
	kind       jsontext.Kind
	other      any // a value of another kind
}

func (c Claims) find(name string) *claim {
	for i := range c {
		if c[i].name == name {
			return &c[i]
		}
	}
	return nil
}

// repeat says whether two have one name.
func (c Claims) repeat() bool {
	const few = 32
	if len(c) > few {
		return len(c.Names()) < len(c)
	}
	for i := range c {
		if c[:i].find(c[i].name) != nil {
			return true
		}
	}
	return false
}

// Names are those of all claims, sorted.
func (c Claims) Names() []string {
	names := make([]string, len(c))
	for i := range c {
		names[i] = c[i].name
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Value is that of a claim, a number as json.Number.
func (c Claims) Value(name string) (value any, ok bool) {
	found := c.find(name)
	switch {
	case found == nil:
		return nil, false
	case found.kind == jsontext.KindString:
		return found.text, true
	case found.kind == jsontext.KindNumber:
		return json.Number(found.text), true
	default:
		return found.other, true
	}
}

// String is a claim that is a string. It is not if the claim is missing or of another type.
func (c Claims) String(name string) (text string, isString bool) {
	if found := c.find(name); found != nil && found.kind == jsontext.KindString {
		return found.text, true
	}
	return "", false
}

// check holds the claims against an authorizer at a point in time: now by the wall clock, latest by
// whichever clock says more. There is no leeway for clocks that differ.
//
// Parity: JWT authorizer: clock skew
func (c Claims) check(issuer string, audience []string, now, latest time.Time) error {
	if err := c.CheckIssuer(issuer); err != nil {
		return err
	}
	if err := c.CheckAudience(audience); err != nil {
		return err
	}
	if err := c.CheckTimes(now, latest); err != nil {
		return err
	}
	return c.CheckScope()
}

// CheckIssuer refuses a token of another issuer, with ErrIssuer.
func (c Claims) CheckIssuer(issuer string) error {
	if named, ok := c.String("iss"); !ok || named != issuer {
		return ErrIssuer
	}
	return nil
}

// CheckAudience refuses a token that is not for one of those accepted, with ErrAudience.
func (c Claims) CheckAudience(accepted []string) error {
	_, named, _ := c.Audience()
	if !slices.ContainsFunc(named, func(name string) bool { return slices.Contains(accepted, name) }) {
		return ErrAudience
	}
	return nil
}

// Audience returns whom a token is for, and the claim that says so. It is client_id in a token
// without aud: with both, aud decides. It is not valid if that claim is missing, empty or of
// another type.
func (c Claims) Audience() (claim string, named []string, valid bool) {
	if aud := c.find("aud"); aud != nil {
		named, valid = aud.stringOrList()
		return "aud", named, valid
	}
	clientID, _ := c.String("client_id")
	return "client_id", []string{clientID}, clientID != ""
}

// CheckTimes refuses a token outside its time: by latest once it has expired, by now if it is of
// the future. It needs exp and iat; nbf is optional. It refuses with ErrExpired, ErrIssuedInFuture,
// ErrNotYetValid or as Time does.
//
// Parity: JWT authorizer: missing iat
func (c Claims) CheckTimes(now, latest time.Time) error {
	expires, err := c.Time("exp")
	if err != nil {
		return err
	}
	if !latest.Before(expires) {
		return ErrExpired
	}
	issued, err := c.Time("iat")
	if err != nil {
		return err
	}
	if issued.After(now) {
		return ErrIssuedInFuture
	}
	if c.find("nbf") == nil {
		return nil
	}
	notBefore, err := c.Time("nbf")
	if err != nil {
		return err
	}
	if notBefore.After(now) {
		return ErrNotYetValid
	}
	return nil
}

// Time reads a claim in whole seconds since 1970, up to the year 9999. RFC 7519 section 2 allows
// fractions too, but no issuer here writes them, and a number that another reader would round or
// overflow is better refused: with a Flaw of ErrTime, or of ErrNoTime without such a claim.
//
// Parity: JWT authorizer: fractional times
func (c Claims) Time(claim string) (time.Time, error) {
	const endOfYear9999 = 253_402_300_799
	found := c.find(claim)
	if found == nil {
		return time.Time{}, &Flaw{ErrNoTime, claim}
	}
	if found.kind != jsontext.KindNumber {
		return time.Time{}, &Flaw{ErrTime, claim}
	}
	seconds, err := strconv.ParseInt(found.text, 10, 64)
	if err != nil || seconds < 0 || seconds > endOfYear9999 {
		return time.Time{}, &Flaw{ErrTime, claim}
	}
	return time.Unix(seconds, 0), nil
}

// CheckScope refuses, with a Flaw of ErrScopeClaim, scopes that Scopes could only drop.
//
// Parity: JWT authorizer: malformed scope
func (c Claims) CheckScope() error {
	for _, name := range []string{"scope", "scp"} {
		found := c.find(name)
		if found == nil || found.kind == jsontext.KindString || found.kind == jsontext.KindNull {
			continue
		}
		if _, ok := found.stringOrList(); !ok {
			return &Flaw{ErrScopeClaim, name}
		}
	}
	return nil
}

// Scopes lists the token's scopes: of scope, or of scp in a token without it, as other issuers
// write it. Only spaces separate scopes (RFC 6749 section 3.3).
//
// Parity: JWT authorizer: scope and scp together
func (c Claims) Scopes() []string {
	found := cmp.Or(c.find("scope"), c.find("scp"))
	if found == nil {
		return nil
	}
	if found.kind == jsontext.KindString {
		return slices.DeleteFunc(strings.Split(found.text, " "), func(scope string) bool { return scope == "" })
	}
	list, _ := found.stringOrList()
	return list
}

// stringOrList reads a claim that may be one string or an array of them.
func (c *claim) stringOrList() (list []string, ok bool) {
	if c.kind == jsontext.KindString {
		return []string{c.text}, true
	}
	elements, ok := c.other.([]any)
	for _, element := range elements {
		text, isString := element.(string)
		if !isString {
			return nil, false
		}
		list = append(list, text)
	}
	return list, ok
}
