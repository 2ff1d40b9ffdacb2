package conformance

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// discoveryRows are section 2.4 of docs/aws-behaviour.md: the documents of the issuer.
func discoveryRows(p *plan) behaviours {
	const document, keys = "discovery: ", "JWK set: "
	base := strings.TrimSuffix(p.JWKSURI, "jwks.json")
	is := func(name string, value any) behaviour {
		return row(document+name, "2.4 [O]", member(name), exactly(asJSON(value)))
	}
	return slices.Concat(
		about(send(p.get(base+"openid-configuration")),
			row(document+"issuer", "2.4 [O]", member("issuer"), exactly(asJSON(p.Issuer))),
			is("jwks_uri", p.JWKSURI),
			is("token_endpoint", p.TokenEndpoint),
			is("id_token_signing_alg_values_supported", []string{"RS256"}),
			is("response_types_supported", []string{"code", "token"}),
			is("scopes_supported", []string{"openid", "email", "phone", "profile"}),
			is("subject_types_supported", []string{"public"}),
			is("token_endpoint_auth_methods_supported", []string{"client_secret_basic", "client_secret_post"}),
			row(document+"authorization_endpoint", "2.4 [O]", member("authorization_endpoint"), exactly(asJSON(p.beside("authorize")))),
			row(document+"userinfo_endpoint", "2.4 [O]", member("userinfo_endpoint"), exactly(asJSON(p.beside("userInfo")))),
		),
		about(send(p.get(p.JWKSURI)),
			row(keys+"members", "2.4 [D]", memberNames(), exactly("keys")),
			row(keys+"two keys", "2.4 [D]", eachKey(func(members) string { return "key" }), exactly("key, key")),
			row(keys+"members of a key", "2.4 [D]", eachKey(members.names), exactly("alg e kid kty n use, alg e kid kty n use")),
			row(keys+"type, use, algorithm, exponent", "2.4 [D]", eachKey(keyParameters),
				exactly(`"RSA" "sig" "RS256" "AQAB", "RSA" "sig" "RS256" "AQAB"`)),
			row(keys+"ids differ", "2.1 [D]", distinctKeyIDs, exactly("2 ids")),
		),
		about(send(p.get(p.onTokenHost("/.well-known/openid-configuration"))),
			row(document+"not on the domain's host", "2.4 [D]+[O]", status, otherThan("200")),
		),
		about(send(p.get(p.onTokenHost("/"+p.UserPoolID+"/.well-known/openid-configuration"))),
			row(document+"not on the domain's host, by pool", "2.4 [D]+[O]", status, otherThan("200")).
				deployedOnly("Discovery: one listener for both hosts"),
		),
	)
}

func otherThan(text string) expectation {
	return expectation{"not " + text, func(got string) bool { return got != text }}
}

// beside is an OAuth endpoint on the token endpoint's host.
func (p *plan) beside(name string) string {
	return strings.TrimSuffix(p.TokenEndpoint, "token") + name
}

func (p *plan) onTokenHost(path string) string {
	endpoint, err := url.Parse(p.TokenEndpoint)
	if err != nil {
		return p.TokenEndpoint // which no row can be sent to either
	}
	return endpoint.Scheme + "://" + endpoint.Host + path
}

// eachKey reads every key of a JWK set, in order.
func eachKey(reads func(members) string) reading {
	return func(a answer) string {
		found, problem := keyObjects(a)
		if problem != "" {
			return problem
		}
		texts := make([]string, len(found))
		for i, key := range found {
			texts[i] = reads(key)
		}
		return strings.Join(texts, ", ")
	}
}

func keyObjects(a answer) ([]members, string) {
	var found []members
	if err := json.Unmarshal(object(a.body)["keys"], &found); err != nil || a.status != 200 {
		return nil, "no JWK set, status " + status(a)
	}
	return found, ""
}

func keyParameters(key members) string {
	return strings.Join([]string{key.text("kty"), key.text("use"), key.text("alg"), key.text("e")}, " ")
}

func distinctKeyIDs(a answer) string {
	found, problem := keyObjects(a)
	if problem != "" {
		return problem
	}
	ids := map[string]bool{}
	for _, key := range found {
		ids[key.text("kid")] = true
	}
	return strings.TrimSpace(asJSON(len(ids)) + " ids")
}
