package explain

import (
	"regexp"
	"strings"

	"cognito-m2m/internal/access"
)

// readPasted returns the token in a pasted text. If there is none, it adds what the text seems to
// be, and repeats nothing of it, since it may be a secret.
func (e *explanation) readPasted(pasted string) (compact string, ok bool) {
	text := headerValue(pasted)
	if hasPrefixFold(text, "bearer ") && !strings.HasPrefix(text, "Bearer ") {
		e.add("form", Note, "it is not documented whether API Gateway accepts this spelling of the word before the token", "write it as Bearer")
	}
	text, isBearer := cutFold(text, "bearer ")
	if !isBearer && strings.EqualFold(text, "bearer") {
		text = ""
	}
	for _, kind := range mistakes {
		if said, advice := kind(e, text); said != "" {
			e.add("form", Fails, said, advice)
			return "", false
		}
	}
	return text, true
}

// What people copy around a header: the option of curl, the arrow of `curl -v`, quotes, the comma
// of JSON.
var (
	aroundHeader = regexp.MustCompile(`(?is)^(?:-H|--header|>|<)?\s*["']?\s*authorization["']?\s*:\s*["']?(.*?)["']?\s*,?$`)
	plainHeader  = regexp.MustCompile(`(?is)^authorization:(.*)$`)
)

// headerValue is the value of a pasted Authorization header, or else the whole text. Quotes around
// the header are the shell's or JSON's, and were not sent; quotes around the value alone may have
// been.
func headerValue(pasted string) string {
	text := strings.TrimSpace(pasted)
	for _, header := range []*regexp.Regexp{plainHeader, aroundHeader} {
		if parts := header.FindStringSubmatch(text); parts != nil {
			return strings.TrimSpace(parts[1])
		}
	}
	return text
}

func hasPrefixFold(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

func cutFold(text, prefix string) (rest string, found bool) {
	if !hasPrefixFold(text, prefix) {
		return text, false
	}
	return strings.TrimSpace(text[len(prefix):]), true
}

func (e *explanation) clientWithID(id string) *access.Client {
	for i, c := range e.Environment.Clients {
		if c.ID != "" && c.ID == id {
			return &e.Environment.Clients[i]
		}
	}
	return nil
}

// anyClient is a client for a command: one that opens the route, if there is one.
func (e *explanation) anyClient() string {
	for _, name := range e.clientsFor(e.route) {
		return name
	}
	if len(e.authorizer.Clients) > 0 {
		return e.authorizer.Clients[0]
	}
	return "CLIENT"
}

// clientsFor are the clients whose tokens a route accepts; for nil, those whose tokens the
// authorizer does.
func (e *explanation) clientsFor(route *access.Route) (names []string) {
	if route == nil {
		return e.authorizer.Clients
	}
	for _, c := range e.Environment.Clients {
		if route.Accepts(c) {
			names = append(names, c.Name)
		}
	}
	return names
}
