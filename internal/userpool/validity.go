package userpool

import (
	"cmp"
	"time"
)

// The validity of an access token or an ID token: the least and the most, and what it is if the
// client does not say.
const (
	ShortestValidity = 5 * time.Minute
	LongestValidity  = 24 * time.Hour
	DefaultValidity  = time.Hour
)

// The same of a refresh token.
const (
	ShortestRefresh = time.Hour
	LongestRefresh  = 10 * 365 * 24 * time.Hour
	DefaultRefresh  = 30 * 24 * time.Hour
)

// units are those of TokenValidityUnits.
var units = map[string]time.Duration{"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour}

// AccessTokenValidity is an amount in a unit, in hours for "", and DefaultValidity for 0. It is 0
// for an unknown unit. For ID tokens it is the same.
func AccessTokenValidity(amount float64, unit string) time.Duration {
	return validity(amount, cmp.Or(unit, "hours"), DefaultValidity)
}

// RefreshTokenValidity is an amount in a unit, in days for "", and DefaultRefresh for 0. It is 0
// for an unknown unit.
func RefreshTokenValidity(amount float64, unit string) time.Duration {
	return validity(amount, cmp.Or(unit, "days"), DefaultRefresh)
}

const beyondAll = 1 << 62 // a Duration that no token is valid for

func validity(amount float64, unit string, otherwise time.Duration) time.Duration {
	if amount == 0 {
		return otherwise
	}
	return time.Duration(min(amount*float64(units[unit]), beyondAll))
}
