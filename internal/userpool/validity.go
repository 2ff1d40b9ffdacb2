package userpool

import "time"

// The validity of an access token: the least and the most, and what it is if the client does not say.
const (
	ShortestValidity = 5 * time.Minute
	LongestValidity  = 24 * time.Hour
	DefaultValidity  = time.Hour
)

var units = map[string]time.Duration{"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour}

// Unit is a unit of TokenValidityUnits: seconds, minutes, hours or days.
func Unit(name string) (unit time.Duration, ok bool) {
	unit, ok = units[name]
	return unit, ok
}

// AccessTokenValidity is an amount in a unit, in hours for "", and DefaultValidity for 0. It is 0 for an unknown unit.
func AccessTokenValidity(amount float64, unit string) time.Duration {
	switch {
	case amount == 0:
		return DefaultValidity
	case unit == "":
		unit = "hours"
	}
	return time.Duration(amount * float64(units[unit]))
}
