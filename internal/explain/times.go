package explain

import (
	"fmt"
	"time"
)

// leeway is the difference of clocks that is worth telling. What time a server says it is can be a second old.
const leeway = 5 * time.Second

func (e *explanation) checkTimes() {
	claims := e.token.claims
	if err := claims.CheckTimes(e.now, e.now); err != nil {
		e.fails("times", err)
		return
	}
	issued, _ := claims.Time("iat")
	expires, _ := claims.Time("exp")
	e.add("times", OK, fmt.Sprintf("issued %s ago, expires in %s", span(e.now.Sub(issued)), span(expires.Sub(e.now))), "")
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
