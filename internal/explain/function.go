package explain

import (
	"fmt"

	"cognito-m2m/internal/printable"
)

// checkClientOfPool is checkClient for an authorizer that is a function: every client of the user
// pool will do, if the token names it and nobody else.
func (e *explanation) checkClientOfPool() {
	id := e.token.text("client_id")
	_, named, _ := e.token.claims.Audience()
	switch c := e.clientWithID(id); {
	case id == "":
		e.add("client", Fails, "the token has no client (client_id)", e.newToken())
	case len(named) != 1 || named[0] != id:
		e.add("client", Fails, "the token is for someone else than its client: its aud is not "+show(id), e.newToken())
	case c != nil:
		e.add("client", OK, fmt.Sprintf("%s (client_id %s)", c.Name, id), "")
	default:
		e.add("client", OK, "client_id "+show(id)+"; every client of the user pool is accepted", "")
	}
}

// noteFunction says what the checks of a token can't find out if a function makes them.
func (e *explanation) noteFunction() {
	if !e.authorizer.Function {
		return
	}
	text := "whether the client is in the list of refused clients is not looked at"
	if ttl := e.authorizer.Remembered; ttl > 0 {
		text += fmt.Sprintf("; an answer from before may count for %s more", printable.Duration(ttl))
	}
	e.add("function", Note, text, "")
}
