package diff

import (
	"strings"
	"time"

	"cognito-m2m/internal/diff/change"
	"cognito-m2m/internal/userpool"
)

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

// accessTokenValidity is false for a value that the template does not spell out.
func accessTokenValidity(client *change.Resource) (time.Duration, bool) {
	value := client.Get("AccessTokenValidity")
	amount, ok := number(value)
	if value != nil && !ok {
		return 0, false
	}
	var unit string
	if named := client.Get("TokenValidityUnits", "AccessToken"); named != nil {
		unit = change.Show(named)
	}
	validity := userpool.AccessTokenValidity(amount, unit)
	return validity, validity != 0
}
