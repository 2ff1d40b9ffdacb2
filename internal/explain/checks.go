package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"cognito-m2m/internal/access"
)

// algorithms are those that API Gateway accepts: RSA alone.
var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512}

// strangeHeaders change how a token is to be read, or bring a key of its own.
var strangeHeaders = []string{"crit", "b64", "zip", "jwk", "jku", "x5c", "x5u"}

func (e *explanation) checkHeader() {
	name, _ := e.token.header["alg"].(string)
	kid, _ := e.token.header["kid"].(string)
	made := "no token of the user pool is like that: " + e.newToken()
	for _, strange := range strangeHeaders {
		if _, ok := e.token.header[strange]; ok {
			e.add("header", Fails, "the header has the member "+strange+", which is not accepted", made)
			return
		}
	}
	switch {
	case !slices.Contains(algorithms, jose.SignatureAlgorithm(name)):
		e.add("header", Fails, "the token is signed with "+show(name)+", not with RSA (RS256)", made)
	case kid == "":
		e.add("header", Fails, "the header has no key id (kid), so the key that signed it is unknown", made)
	default:
		e.add("header", OK, "signed with "+name+", and the key has an id", "")
	}
}

// newToken proposes to get one, as the client that this token names.
func (e *explanation) newToken() string {
	name := e.anyClient()
	if c := e.clientWithID(e.token.text("client_id")); c != nil {
		name = c.Name
	}
	return "get a new one: " + e.command("token "+name)
}

func (e *explanation) checkIssuer() {
	issuer, isText := e.token.claims["iss"].(string)
	switch wanted := e.authorizer.Issuer; {
	case !isText:
		e.foreign = true
		e.add("issuer", Fails, "the token names no issuer", e.newToken())
	case wanted == "":
		e.add("issuer", NotChecked, "an assembly does not know the id of its user pool; the token is of "+show(issuer), "")
	case issuer != wanted:
		e.foreign = true
		e.add("issuer", Fails, fmt.Sprintf("the token is of another user pool: its issuer is %s, and the API accepts %s", show(issuer), wanted),
			"ask the token endpoint of this environment: "+e.command("token "+e.anyClient()))
	default:
		e.add("issuer", OK, wanted, "")
	}
}

func (e *explanation) checkSignature() {
	if e.checks[len(e.checks)-1].Result == Fails && e.foreign {
		e.add("signature", NotChecked, "the keys of another issuer do not matter", "")
		return
	}
	name, _ := e.token.header["alg"].(string)
	kid, _ := e.token.header["kid"].(string)
	switch {
	case kid == "" || !slices.Contains(algorithms, jose.SignatureAlgorithm(name)):
		e.add("signature", NotChecked, "the header does not say how", "")
	case e.Keys == nil:
		e.add("signature", NotChecked, "no keys at hand"+e.why(), "")
	default:
		e.verify(kid, jose.SignatureAlgorithm(name))
	}
}

func (e *explanation) why() string {
	if e.NoKeys == "" {
		return ""
	}
	return ": " + e.NoKeys
}

func (e *explanation) verify(kid string, algorithm jose.SignatureAlgorithm) {
	key, known := e.Keys.find(kid)
	switch {
	case !known:
		e.add("signature", Fails, "the token names a key that the user pool does not publish: another one signed it, or the pool has replaced its keys since", e.newToken())
	case key.Algorithm != "" && key.Algorithm != string(algorithm):
		e.add("signature", Fails, "the token's key is for "+key.Algorithm+", and the token says "+string(algorithm), e.newToken())
	case !verifies(e.token.compact, algorithm, key):
		e.add("signature", Fails, "the signature does not fit: the token was changed after it was signed", "send the token as the token endpoint gave it, or "+e.newToken())
	default:
		e.add("signature", OK, "signed by a key that the user pool publishes", "")
	}
}

func verifies(compact string, algorithm jose.SignatureAlgorithm, key jose.JSONWebKey) bool {
	signed, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{algorithm})
	if err != nil {
		return false
	}
	_, err = signed.Verify(key.Key)
	return err == nil
}

// checkClient looks at client_id only in a token without aud, as API Gateway
// does.
func (e *explanation) checkClient() {
	claim := "client_id"
	named, ok := []string{e.token.text(claim)}, e.token.text(claim) != ""
	if _, hasAudience := e.token.claims["aud"]; hasAudience {
		claim = "aud"
		named, ok = e.token.list(claim)
	}
	accepted := slices.ContainsFunc(named, func(id string) bool { return slices.Contains(e.authorizer.Audience, id) })
	c := e.clientWithID(strings.Join(named, " "))
	switch {
	case !ok:
		e.add("client", Fails, "the token names no client ("+claim+")", e.newToken())
	case accepted && c != nil:
		e.add("client", OK, fmt.Sprintf("%s (%s %s)", c.Name, claim, c.ID), "")
	case accepted:
		e.add("client", OK, claim+" "+show(strings.Join(named, " ")), "")
	case !e.knowsAudience():
		e.add("client", NotChecked, "an assembly does not know the ids of its clients; the token has "+claim+" "+show(strings.Join(named, " ")), "")
	case c != nil:
		e.add("client", Fails, "the token is of the client "+c.Name+", which is not one of this API's: "+e.accepted(), e.newTokenAsAnother())
	default:
		e.add("client", Fails, fmt.Sprintf("the token is of another client: its %s is %s, and the API accepts %s", claim, show(strings.Join(named, " ")), e.accepted()), e.newTokenAsAnother())
	}
}

// knowsAudience says whether the ids of all clients that are accepted are known.
func (e *explanation) knowsAudience() bool {
	for _, name := range e.authorizer.Clients {
		i := slices.IndexFunc(e.Environment.Clients, func(c access.Client) bool { return c.Name == name })
		if i < 0 || e.Environment.Clients[i].ID == "" {
			return false
		}
	}
	return true
}

// accepted lists the clients whose tokens the API accepts.
func (e *explanation) accepted() string {
	var list []string
	for _, c := range e.Environment.Clients {
		if slices.Contains(e.authorizer.Clients, c.Name) {
			list = append(list, fmt.Sprintf("%s (%s)", c.Name, c.ID))
		}
	}
	return strings.Join(list, ", ")
}

func (e *explanation) newTokenAsAnother() string {
	return "get one as a client of the API: " + e.command("token "+e.anyClient())
}

// checkUse says what kind of token it is, which API Gateway does not look at.
func (e *explanation) checkUse() {
	use, _ := e.token.claims["token_use"].(string)
	_, ofUser := e.token.claims["username"]
	switch {
	case use == "id":
		e.add("use", Note, "this is an ID token, which says who a user is; API Gateway takes it like an access token, but it has no scopes", "send the access token")
	case ofUser:
		e.add("use", Note, "this is the access token of a user, not of a client alone; API Gateway takes both alike", "")
	case use != "access":
		e.add("use", Note, "this is not an access token of Cognito (token_use is "+show(use)+"); API Gateway does not look at that", "")
	}
}
