package explain

import (
	"fmt"
	"regexp"
	"strings"

	"cognito-m2m/internal/access"
)

// What Cognito's ids and secrets look like (CreateUserPoolClient: ClientId,
// ClientSecret; what it generates has only digits and the letters a to v).
var (
	secretShape   = regexp.MustCompile(`^[\w+]{24,64}$`)
	clientIDShape = regexp.MustCompile(`^[0-9a-v]{25,26}$`)
)

// readPasted is the token in what was pasted. Without one it says what that is,
// as far as it can be told; none of it is repeated, for it may be a secret.
func (e *explanation) readPasted(pasted string) (compact string, ok bool) {
	text := strings.TrimSpace(pasted)
	if rest, isHeader := cutFold(text, "authorization:"); isHeader {
		text = rest
	}
	if hasPrefixFold(text, "bearer ") && !strings.HasPrefix(text, "Bearer ") {
		e.add("form", Note, "whether API Gateway knows the word before the token in this spelling is not documented", "write it as Bearer")
	}
	text, isBearer := cutFold(text, "bearer ")
	get := "get one: " + e.command("token "+e.anyClient())
	refuse := func(text, advice string) (string, bool) {
		e.add("form", Fails, text, advice)
		return "", false
	}
	switch parts := strings.Count(text, ".") + 1; {
	case text == "" || !isBearer && strings.EqualFold(text, "bearer"):
		return refuse("there is no token", get)
	case strings.HasPrefix(text, "{") && strings.Contains(text, `"access_token"`):
		return refuse("this is the whole answer of the token endpoint", "send the value of access_token alone")
	case hasPrefixFold(text, "basic "):
		return refuse("these are a client's credentials for the token endpoint, and no token", "get a token with them: "+e.command("token "+e.anyClient()))
	case strings.ContainsAny(text, " \t\r\n"):
		return refuse("there is white space inside it", "copy it as one line")
	case e.clientWithID(text) != nil:
		return refuse("this is the app client id of "+e.clientWithID(text).Name+", and no token", "get one: "+e.command("token "+e.clientWithID(text).Name))
	case clientIDShape.MatchString(text):
		return refuse("this has the shape of an app client id, and is no token", get)
	case secretShape.MatchString(text):
		return refuse("this has the shape of a client secret, and is no token",
			"get a token: "+e.command("token "+e.anyClient())+"; if others may have seen the secret, replace it: "+e.command("rotate CLIENT"))
	case parts == jweParts:
		return refuse("this is an encrypted token (JWE), as Cognito's refresh tokens are", "API Gateway wants an access token; "+get)
	case parts != jwsParts:
		return refuse(fmt.Sprintf("this is no token: a token has three parts with dots in between, and this has %s", count(parts)), get)
	}
	return text, true
}

// The parts of a token in its compact form (RFC 7515 section 7.1, RFC 7516
// section 7.1).
const (
	jwsParts = 3
	jweParts = 5
)

func hasPrefixFold(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

func cutFold(text, prefix string) (rest string, found bool) {
	if !hasPrefixFold(text, prefix) {
		return text, false
	}
	return strings.TrimSpace(text[len(prefix):]), true
}

func count(n int) string {
	if n == 1 {
		return "one"
	}
	return fmt.Sprint(n)
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

// clientsFor are the clients whose tokens a route accepts; for nil, those whose
// tokens the authorizer does.
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
