package explain

import (
	"fmt"
	"time"

	"cognito-m2m/internal/printable"
)

// leeway is the difference of clocks that is worth a note. The time in a server's response can be a
// second old.
const leeway = 5 * time.Second

func (e *explanation) checkTimes() {
	claims := e.token.claims
	if err := claims.CheckTimes(e.now, e.now); err != nil {
		e.fails("times", err)
		return
	}
	issued, _ := claims.Time("iat")
	expires, _ := claims.Time("exp")
	e.add("times", OK, fmt.Sprintf("issued %s ago, expires in %s", printable.Duration(e.now.Sub(issued)), printable.Duration(expires.Sub(e.now))), "")
}

func utc(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// offset says how a clock is off, if another one is ahead of it by this much.
func offset(ahead time.Duration) string {
	if ahead > 0 {
		return printable.Duration(ahead) + " slow"
	}
	return printable.Duration(-ahead) + " fast"
}
