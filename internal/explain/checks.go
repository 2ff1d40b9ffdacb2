package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cognito-m2m/internal/access"
)

func (e *explanation) checkHeader() {
	if err := cmp.Or(e.token.CheckMembers(), e.token.CheckAlgorithm(), e.token.CheckKeyID()); err != nil {
		e.fails("header", err)
		return
	}
	e.add("header", OK, "signed with "+e.token.Algorithm()+", and the key has an id", "")
}

// newToken advises to get a new token, as the client that this token names.
func (e *explanation) newToken() string {
	name := e.anyClient()
	if c := e.clientWithID(e.token.text("client_id")); c != nil {
		name = c.Name
	}
	return "get a new one: " + e.command("token "+name)
}

func (e *explanation) checkIssuer() {
	issuer, isText := e.token.claims.String("iss")
	switch wanted := e.authorizer.Issuer; {
	case !isText:
		e.foreign = true
		e.add("issuer", Fails, "the token has no issuer", e.newToken())
	case wanted == "":
		e.add("issuer", NotChecked, "the assembly does not contain the user pool's id; the token's issuer is "+show(issuer), "")
	case e.token.claims.CheckIssuer(wanted) != nil:
		e.foreign = true
		e.add("issuer", Fails, fmt.Sprintf("the token is from another user pool: its issuer is %s, and the API accepts %s", show(issuer), wanted),
			"get one from this environment's token endpoint: "+e.command("token "+e.anyClient()))
	default:
		e.add("issuer", OK, wanted, "")
	}
}

func (e *explanation) checkSignature() {
	if e.checks[len(e.checks)-1].Result == Fails && e.foreign {
		e.add("signature", NotChecked, "the issuer is not this API's, so its keys do not matter", "")
		return
	}
	switch {
	case e.token.CheckAlgorithm() != nil || e.token.CheckKeyID() != nil:
		e.add("signature", NotChecked, "the header does not say how it was signed", "")
	case e.Keys == nil:
		e.add("signature", NotChecked, "the keys are not available"+e.why(), "")
	default:
		e.verify()
	}
}

func (e *explanation) why() string {
	if e.NoKeys == "" {
		return ""
	}
	return ": " + e.NoKeys
}

func (e *explanation) verify() {
	key, err := e.Keys.Find(e.token.KeyID())
	if err == nil {
		err = e.token.CheckSignature(key)
	}
	if err != nil {
		e.fails("signature", err)
		return
	}
	e.add("signature", OK, "signed by a key that the user pool publishes", "")
}

func (e *explanation) checkClient() {
	if e.authorizer.Function {
		e.checkClientOfPool()
		return
	}
	claim, named, ok := e.token.claims.Audience()
	accepted := e.token.claims.CheckAudience(e.authorizer.Audience) == nil
	c := e.clientWithID(strings.Join(named, " "))
	switch {
	case !ok:
		e.add("client", Fails, "the token has no client ("+claim+")", e.newToken())
	case accepted && c != nil:
		e.add("client", OK, fmt.Sprintf("%s (%s %s)", c.Name, claim, c.ID), "")
	case accepted:
		e.add("client", OK, claim+" "+show(strings.Join(named, " ")), "")
	case !e.knowsAudience():
		e.add("client", NotChecked, "the assembly does not contain the clients' ids; the token has "+claim+" "+show(strings.Join(named, " ")), "")
	case c != nil:
		e.add("client", Fails, "the token was issued to the client "+c.Name+", and the API accepts only "+e.accepted(), e.newTokenAsAnother())
	default:
		e.add("client", Fails, fmt.Sprintf("the token was issued to another client: its %s is %s, and the API accepts %s", claim, show(strings.Join(named, " ")), e.accepted()), e.newTokenAsAnother())
	}
}

// knowsAudience says whether the ids of all accepted clients are known.
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
	return "get one as one of the API's clients: " + e.command("token "+e.anyClient())
}

// checkUse says what kind of token it is, which API Gateway does not check and a function does.
func (e *explanation) checkUse() {
	use, _ := e.token.claims.String("token_use")
	_, ofUser := e.token.claims.Value("username")
	switch {
	case use != "access" && e.authorizer.Function:
		e.add("use", Fails, "this is not an access token (token_use is "+show(use)+")", e.newToken())
	case use == "id":
		e.add("use", Note, "this is an ID token, which says who a user is; API Gateway accepts it like an access token, but it has no scopes", "send the access token")
	case ofUser:
		e.add("use", Note, "this is the access token of a user, not of a client; API Gateway treats both alike", "")
	case use != "access":
		e.add("use", Note, "this is not an access token of Cognito (token_use is "+show(use)+"); API Gateway does not look at that", "")
	}
}
