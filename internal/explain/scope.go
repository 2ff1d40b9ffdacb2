package explain

import (
	"fmt"
	"slices"
	"strings"
)

// checkScope compares the token's scopes with those of the route or, without a route, says which
// routes they open.
func (e *explanation) checkScope() {
	if err := e.token.claims.CheckScope(); err != nil {
		e.fails("form", err)
		return
	}
	if e.route == nil {
		e.checkScopesOfAll()
		return
	}
	has := e.has()
	switch {
	case len(e.route.Scopes) == 0:
		e.add("scope", OK, e.route.Key+" requires no scope; the token has "+has, "")
	case e.route.OpensTo(e.token.claims.Scopes()):
		e.add("scope", OK, fmt.Sprintf("%s requires %s; the token has %s", e.route.Key, or(e.route.Scopes), has), "")
	default:
		e.add("scope", Fails, fmt.Sprintf("%s requires %s; the token has %s", e.route.Key, or(e.route.Scopes), has), e.scopeAdvice())
	}
}

func (e *explanation) has() string {
	if e.token.text("token_use") == "id" {
		return "none because it is an ID token"
	}
	if scopes := e.token.claims.Scopes(); len(scopes) > 0 {
		return show(strings.Join(scopes, " "))
	}
	return "none"
}

// scopeAdvice names the clients that have the scope.
func (e *explanation) scopeAdvice() string {
	able := e.clientsFor(e.route)
	c := e.clientWithID(e.token.text("client_id"))
	switch {
	case e.token.text("token_use") == "id":
		return "send the access token, not the ID token"
	case c != nil && slices.Contains(able, c.Name):
		return fmt.Sprintf("the client %s may have this scope: request it, or request no scope, which gives all of them: %s", c.Name, e.command("token "+c.Name))
	case len(able) == 0:
		return "no client has it: add it to one in the environment file and deploy"
	}
	return fmt.Sprintf("%s: %s; or add the scope to this client in the environment file and deploy",
		clientsHave(able), e.command("token "+able[0]))
}

func clientsHave(names []string) string {
	if len(names) == 1 {
		return "the client " + names[0] + " has it"
	}
	return "the clients " + strings.Join(names, ", ") + " have it"
}

// checkScopesOfAll is for a token without a route.
func (e *explanation) checkScopesOfAll() {
	open, closed := e.divide()
	has := "the token has " + e.has() + ", which opens "
	if len(open) == 0 {
		e.add("scope", Fails, has+"no route", "the routes require a scope: "+strings.Join(closed, ", "))
		return
	}
	if len(closed) > 0 {
		e.add("scope", OK, has+strings.Join(open, ", ")+" and not "+strings.Join(closed, ", "), "")
		return
	}
	e.add("scope", OK, has+strings.Join(open, ", "), "")
}

// divide divides the routes of the authorizer into those that the token's scopes open and those
// that they do not.
func (e *explanation) divide() (open, closed []string) {
	for _, route := range e.Environment.Routes {
		switch {
		case route.Authorizer != e.authorizer && (route.Authorizer == nil || route.Authorizer.Name != e.authorizer.Name):
		case route.OpensTo(e.token.claims.Scopes()):
			open = append(open, route.Key)
		default:
			closed = append(closed, route.Key)
		}
	}
	return open, closed
}

func or(scopes []string) string { return strings.Join(scopes, " or ") }
