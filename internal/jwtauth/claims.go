package jwtauth

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Claims are a token's members, numbers as json.Number.
type Claims map[string]any

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
	if c["iss"] != issuer {
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
	aud, ok := c["aud"]
	if !ok {
		clientID, _ := c["client_id"].(string)
		return "client_id", []string{clientID}, clientID != ""
	}
	named, valid = stringOrList(aud)
	return "aud", named, valid
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
	if _, ok := c["nbf"]; !ok {
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
	value, ok := c[claim]
	if !ok {
		return time.Time{}, &Flaw{ErrNoTime, claim}
	}
	number, ok := value.(json.Number)
	if !ok {
		return time.Time{}, &Flaw{ErrTime, claim}
	}
	seconds, err := strconv.ParseInt(number.String(), 10, 64)
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
		if value, ok := c[name]; ok {
			if _, ok := stringOrList(value); !ok && value != nil {
				return &Flaw{ErrScopeClaim, name}
			}
		}
	}
	return nil
}

// Scopes lists the token's scopes: of scope, or of scp in a token without it, as other issuers
// write it. Only spaces separate scopes (RFC 6749 section 3.3).
//
// Parity: JWT authorizer: scope and scp together
func (c Claims) Scopes() []string {
	value, ok := c["scope"]
	if !ok {
		value = c["scp"]
	}
	if text, ok := value.(string); ok {
		return slices.DeleteFunc(strings.Split(text, " "), func(scope string) bool { return scope == "" })
	}
	list, _ := stringOrList(value)
	return list
}

// stringOrList reads a claim that may be one string or an array of them.
func stringOrList(value any) ([]string, bool) {
	switch value := value.(type) {
	case string:
		return []string{value}, true
	case []any:
		list := make([]string, 0, len(value))
		for _, element := range value {
			text, ok := element.(string)
			if !ok {
				return nil, false
			}
			list = append(list, text)
		}
		return list, true
	default:
		return nil, false
	}
}
