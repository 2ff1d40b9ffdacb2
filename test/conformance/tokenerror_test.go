package conformance

import (
	"net/http"
	"slices"
)

// tokenErrorRows are section 1.3 of docs/aws-behaviour.md: the refusals that a caller can provoke.
func tokenErrorRows(p *plan) behaviours {
	const refuses = "token endpoint refuses: "
	basic := p.insider
	post := func(pairs ...string) request { return p.form(pairs...).basic(basic.ID, basic.Secret) }
	typed := func(contentType, body string) request {
		r := request{method: http.MethodPost, url: p.TokenEndpoint, body: body}.basic(basic.ID, basic.Secret)
		if contentType != "" {
			r = r.field("Content-Type", contentType)
		}
		return r
	}
	const formType, form = "application/x-www-form-urlencoded", "grant_type=client_credentials"
	noSecret := exactly(`400 {"error":"invalid_client","error_description":"invalid_client_secret"}`)
	one := func(name, source string, r request, reads reading, wants expectation) behaviours {
		return about(send(r), row(refuses+name, source, reads, wants))
	}
	return slices.Concat(
		one("GET", "1.3 [D]+[I]", p.get(p.TokenEndpoint), statusAndBody, exactly("405 (empty)")),
		one("content type JSON", "1.3 [O]", typed("application/json", `{"grant_type":"client_credentials"}`), statusAndBody, exactly("405 (empty)")),
		one("no content type", "1.3 [O]", typed("", form), statusAndBody, exactly("405 (empty)")),
		one("content type in quotes", "1.3 [O]", typed(`"`+formType+`"`, form), statusAndBody, exactly("405 (empty)")),
		one("JSON under a form's content type", "1.3 [D]+[O]", typed(formType, `{"grant_type":"client_credentials"}`), statusAndJSON, exactly(`400 {"error":"invalid_request"}`)),
		about(send(post("client_id", basic.ID)),
			row(refuses+"no grant type", "1.3 [D]+[O]", statusAndJSON, exactly(`400 {"error":"invalid_request"}`)),
			row(refuses+"content type of an error", "1.3 [D]", header("Content-Type"), exactly("application/json;charset=UTF-8")),
		),
		one("unknown grant type", "1.3 [D]", post("grant_type", "password"), statusAndJSON, exactly(`400 {"error":"unsupported_grant_type"}`)),
		one("unknown client", "1.3 [D]+[O]", p.form("grant_type", "client_credentials").basic("0123456789abcdefghijklmnop", basic.Secret),
			statusAndJSON, exactly(`400 {"error":"invalid_client"}`)),
		// The description after a wrong secret is inferred: only the code counts.
		one("wrong secret by Basic", "1.3 [D]", p.form("grant_type", "client_credentials").basic(basic.ID, "wrong"), statusAndError, exactly(`400 "invalid_client"`)),
		one("wrong secret in the body", "1.3 [D]", p.grantByPost("wrong"), statusAndError, exactly(`400 "invalid_client"`)),
		one("no secret", "1.3 [O]", p.form("grant_type", "client_credentials", "client_id", basic.ID), statusAndJSON, noSecret),
		one("empty secret in the body", "1.3 [O]", p.grantByPost(""), statusAndJSON, noSecret),
		one("empty secret by Basic", "1.3 [O]", p.form("grant_type", "client_credentials").basic(basic.ID, ""), statusAndJSON, noSecret),
	)
}
