package gateway

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// claims are a token's members, numbers as json.Number.
type claims map[string]any

func decodeClaims(payload []byte) (claims, error) {
	decoded, err := decodeObject(payload)
	return claims(decoded), err
}

// check holds the claims against the authorizer at a point in time: now by the wall clock, latest by whichever clock
// says more. There is no leeway for clocks that differ.
//
// Parity: JWT authorizer: clock skew
func (a *authorizer) check(c claims, now, latest time.Time) error {
	if c["iss"] != a.issuer {
		return errIssuer
	}
	if !c.meantFor(a.audience) {
		return errAudience
	}
	if err := c.checkTimes(now, latest); err != nil {
		return err
	}
	return c.checkScope()
}

// meantFor looks at client_id only in a token without aud: with both, aud decides.
func (c claims) meantFor(audience []string) bool {
	aud, ok := c["aud"]
	if !ok {
		clientID, isText := c["client_id"].(string)
		return isText && slices.Contains(audience, clientID)
	}
	named, ok := stringOrList(aud)
	return ok && slices.ContainsFunc(named, func(name string) bool { return slices.Contains(audience, name) })
}

// checkTimes needs exp and iat; nbf is optional.
//
// Parity: JWT authorizer: missing iat
func (c claims) checkTimes(now, latest time.Time) error {
	expires, err := numericDate(c["exp"])
	if err != nil {
		return err
	}
	if !latest.Before(expires) {
		return errExpired
	}
	issued, err := numericDate(c["iat"])
	if err != nil {
		return err
	}
	if issued.After(now) {
		return errIssuedInFuture
	}
	if _, ok := c["nbf"]; !ok {
		return nil
	}
	notBefore, err := numericDate(c["nbf"])
	if err != nil {
		return err
	}
	if notBefore.After(now) {
		return errNotYetValid
	}
	return nil
}

// numericDate reads whole seconds since 1970, up to the year 9999. RFC 7519 section 2 allows fractions too, but no
// issuer here writes them, and a number that another reader would round or overflow is better refused.
//
// Parity: JWT authorizer: fractional times
func numericDate(value any) (time.Time, error) {
	const endOfYear9999 = 253_402_300_799
	number, ok := value.(json.Number)
	if !ok {
		return time.Time{}, errNumericDate
	}
	seconds, err := strconv.ParseInt(number.String(), 10, 64)
	if err != nil || seconds < 0 || seconds > endOfYear9999 {
		return time.Time{}, errNumericDate
	}
	return time.Unix(seconds, 0), nil
}

// checkScope refuses scopes that scopes() could only drop.
//
// Parity: JWT authorizer: malformed scope
func (c claims) checkScope() error {
	for _, name := range []string{"scope", "scp"} {
		if value, ok := c[name]; ok {
			if _, ok := stringOrList(value); !ok && value != nil {
				return errScopeClaim
			}
		}
	}
	return nil
}

// scopes lists the token's scopes: of scope, or of scp in a token without it, as other issuers write it. Only spaces
// separate scopes (RFC 6749 section 3.3).
//
// Parity: JWT authorizer: scope and scp together
func (c claims) scopes() []string {
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
