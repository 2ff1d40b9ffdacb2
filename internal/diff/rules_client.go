package diff

import (
	"strings"
	"time"

	"cognito-m2m/internal/diff/change"
	"cognito-m2m/internal/userpool"
	"cognito-m2m/naming"
)

// linkMoves finds the app clients, with their secrets and schedules, that leave one stack and come
// into another under the same name: for CloudFormation, which knows no moves, they are removed and
// made anew.
func linkMoves(outcomes []*outcome) {
	gone := map[string]*outcome{}
	for _, o := range outcomes {
		if name := movable(o); name != "" && o.After == nil {
			gone[name] = o
		}
	}
	for _, o := range outcomes {
		if name := movable(o); name != "" && o.Before == nil && gone[name] != nil {
			o.elsewhere, gone[name].elsewhere = gone[name].Before, o.After
		}
	}
}

// movable is the identity of an app client or secret with a name, and of the schedule of such a
// secret; "" for everything else.
func movable(o *outcome) string {
	r, name := o.resource(), any(nil)
	switch r.Type {
	case typeAppClient:
		name = r.Get("ClientName")
	case typeSecret:
		name = r.Get("Name")
	case typeRotationSchedule:
		if secret := r.RefersTo(r.Get("SecretId")); secret != nil {
			name = secret.Get("Name")
		}
	}
	if name == nil {
		return ""
	}
	return r.Type + " " + change.Show(name)
}

// clientMoved says once, of the new one, what moving a client between stacks does.
func clientMoved(o *outcome) []remark {
	if o.elsewhere == nil || o.After == nil {
		return nil
	}
	return remarks(Replaces, "moves from stack "+groupOf(o.elsewhere)+" to stack "+groupOf(o.After)+", which replaces it: "+infoOf(typeAppClient).loss)
}

// groupOf is the stack of a resource without the environment's name, so that the same change in
// several environments is one finding.
func groupOf(r *change.Resource) string {
	if _, stack, ok := naming.ParseStack(r.Stack.StackName); ok {
		return stack
	}
	return r.Stack.StackName
}

func clientAdded(o *outcome) []remark {
	if o.Before != nil {
		return nil
	}
	scopes := items(o.After.Get("AllowedOAuthScopes"), "")
	if o.elsewhere != nil && len(without(scopes, items(o.elsewhere.Get("AllowedOAuthScopes"), ""))) == 0 {
		return nil // see clientMoved
	}
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
