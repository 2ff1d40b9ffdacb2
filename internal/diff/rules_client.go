package diff

import (
	"strings"
	"time"

	"cognito-m2m/internal/diff/change"
)

// Units of TokenValidityUnits.
var validityUnits = map[string]time.Duration{
	"seconds": time.Second,
	"minutes": time.Minute,
	"hours":   time.Hour,
	"days":    24 * time.Hour,
}

func clientAdded(o *outcome) []remark {
	if o.Before != nil {
		return nil
	}
	scopes := items(o.After.Get("AllowedOAuthScopes"), "")
	if len(scopes) == 0 {
		return remarks(Loosens, "added, without scopes of its own")
	}
	return remarks(Loosens, "added, may ask for "+strings.Join(scopes, ", "))
}

func tokenValidity(before, after *change.Resource) []remark {
	was, okWas := accessTokenValidity(before)
	is, okIs := accessTokenValidity(after)
	switch {
	case !okWas || !okIs:
		return nil // a value that the template does not spell out shows among the differences
	case was < is:
		return remarks(Loosens, "access tokens, which can't be revoked, stay valid longer: "+was.String()+" -> "+is.String())
	case was > is:
		return remarks(Tightens, "access tokens expire sooner: "+was.String()+" -> "+is.String())
	}
	return nil
}

// accessTokenValidity is an hour if the client does not say, and in hours if it names no unit.
func accessTokenValidity(client *change.Resource) (time.Duration, bool) {
	value := client.Get("AccessTokenValidity")
	if value == nil {
		return time.Hour, true
	}
	amount, ok := number(value)
	if !ok {
		return 0, false
	}
	unit := time.Hour
	if named := client.Get("TokenValidityUnits", "AccessToken"); named != nil {
		unit, ok = validityUnits[change.Show(named)]
	}
	return time.Duration(amount * float64(unit)), ok
}
