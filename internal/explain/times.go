package explain

import (
	"fmt"
	"strconv"
	"time"

	"github.com/go-jose/go-jose/v4/json"
)

// leeway is the difference of clocks that is worth telling.
const leeway = 5 * time.Second

// checkTimes needs exp and iat; nbf may be missing. API Gateway documents no
// leeway for clocks that differ, so there is none.
func (e *explanation) checkTimes() {
	times := map[string]time.Time{}
	for _, claim := range []string{"exp", "iat", "nbf"} {
		value, present := e.token.claims[claim]
		at, ok := numericDate(value)
		switch {
		case !present && claim == "nbf":
			continue
		case !present:
			e.add("times", Fails, "the token does not say "+map[string]string{"exp": "when it expires (exp)", "iat": "when it was issued (iat)"}[claim], e.newToken())
			return
		case !ok:
			e.add("times", Fails, "its "+claim+" is not in whole seconds since 1970", e.newToken())
			return
		}
		times[claim] = at
	}
	expires, issued, from := times["exp"], times["iat"], times["nbf"]
	switch {
	case !e.now.Before(expires):
		e.add("times", Fails, fmt.Sprintf("the token expired %s ago, at %s", span(e.now.Sub(expires)), utc(expires)), e.newToken())
	case issued.After(e.now):
		e.add("times", Fails, fmt.Sprintf("the token was issued in the future: in %s, at %s", span(issued.Sub(e.now)), utc(issued)), "wait, or set the clock of the issuer")
	case from.After(e.now):
		e.add("times", Fails, fmt.Sprintf("the token is not valid yet: it will be in %s, at %s", span(from.Sub(e.now)), utc(from)), "wait until then, or "+e.newToken())
	default:
		e.add("times", OK, fmt.Sprintf("issued %s ago, expires in %s", span(e.now.Sub(issued)), span(expires.Sub(e.now))), "")
	}
}

// numericDate reads whole seconds since 1970, up to the year 9999, as Cognito
// writes them (RFC 7519 section 2 allows fractions too).
func numericDate(value any) (time.Time, bool) {
	const endOfYear9999 = 253_402_300_799
	number, ok := value.(json.Number)
	if !ok {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(number.String(), 10, 64)
	if err != nil || seconds < 0 || seconds > endOfYear9999 {
		return time.Time{}, false
	}
	return time.Unix(seconds, 0), true
}

// time is a claim that is a time, nil if it is not.
func (t *token) time(claim string) *time.Time {
	at, ok := numericDate(t.claims[claim])
	if !ok {
		return nil
	}
	at = at.UTC()
	return &at
}

func utc(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// span is a duration for a person: 12s, 5m, 2h30m, 3d.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*day:
		return fmt.Sprintf("%dd", d/day)
	case d >= time.Hour && d%time.Hour >= time.Minute:
		return fmt.Sprintf("%dh%dm", d/time.Hour, d%time.Hour/time.Minute)
	case d >= time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d >= time.Minute:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

// offset is how a clock is off, by how much another is ahead of it.
func offset(ahead time.Duration) string {
	if ahead > 0 {
		return span(ahead) + " slow"
	}
	return span(-ahead) + " fast"
}
