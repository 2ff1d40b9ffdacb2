package conformance

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const (
	unauthorized = `401 {"message":"Unauthorized"} and `
	// invalidToken is as far as the challenge after a bad token is known.
	invalidToken = unauthorized + `Bearer scope="" error="invalid_token"`
	badSegments  = invalidToken + ` error_description="token contains an invalid number of segments"`
)

// requestID is the form of the examples there are, and no more.
var requestID = matches("base64", `[A-Za-z0-9+/_-]+=*`)

// refusal is all of what a gateway's refusal says.
func refusal(a answer) string {
	return statusAndBody(a) + " and " + header("WWW-Authenticate")(a)
}

// insiderToken is the one that the token endpoint rows read.
func (p *plan) insiderToken() authorization { return tokenFrom(send(p.grant())) }

func (p *plan) outsiderToken() authorization { return tokenFrom(published(p.outsider)) }

// refusals are how an authorizer refuses, each with its source.
type refusals struct {
	noToken, garbage, badToken, noScope expectation

	noTokenSource, badTokenSource, noScopeSource string
}

// refusals are those of the target's authorizer. A JWT authorizer tells callers why, and a Lambda
// authorizer tells them nothing.
func (p *plan) refusals() refusals {
	if p.byFunction {
		const refused = `403 {"message":"Forbidden"} and ` + absent
		return refusals{
			noToken: exactly(unauthorized + absent), noTokenSource: "4.7 [D]",
			garbage: exactly(refused), badToken: exactly(refused), badTokenSource: "4.7 [D]",
			noScope: exactly(refused), noScopeSource: "4.7 [D]",
		}
	}
	scopes := strings.Join(p.scoped.scopes, " ")
	return refusals{
		noToken: exactly(unauthorized + "Bearer"), noTokenSource: "4.4 [O]",
		garbage: exactly(badSegments), badToken: startsWith(invalidToken), badTokenSource: "4.4 [D]",
		noScope: exactly(`403 {"message":"Forbidden"} and ` +
			`Bearer scope="` + scopes + `" error="insufficient_scope" error_description="expected scopes: [` + scopes + `]"`),
		noScopeSource: "4.4 [O]",
	}
}

// authorizerRows are sections 4.2 and 4.4, and 4.7 where a function decides.
func authorizerRows(p *plan) behaviours {
	const name = "authorizer: "
	refused := p.refusals()
	open, scoped := p.call(http.MethodGet, p.open.path), p.call(http.MethodGet, p.scoped.path)
	with := func(r request, token authorization) sending { return send(r.authorizedBy(token)) }
	insider, outsider := p.insiderToken(), p.outsiderToken()
	return slices.Concat(
		about(with(open, bearer(insider)), row(name+"Bearer and token", "4.2 [D]", status, exactly("200"))).needing(p.noOpen),
		about(with(open, insider), row(name+"token alone", "4.2 [D]", status, exactly("200"))).needing(p.noOpen),
		about(with(open, bearer(outsider)), row(name+"token of another client", "4.2 [D]", status, exactly("200"))).
			needing(p.noOpen).needing(p.noOutsider),
		about(send(open),
			row(name+"no token", refused.noTokenSource, refusal, refused.noToken),
			row(name+"content type of a 401", "4.4 [O]", header("Content-Type"), exactly("application/json")),
			row(name+"request id of a 401", "4.4 [D]+[O]", header("Apigw-Requestid"), requestID),
		).needing(p.noOpen),
		about(queryToken(open, insider), row(name+"token in the query", "4.2 [D]", refusal, refused.noToken)).needing(p.noOpen),
		about(with(open, literally("garbage")), row(name+"garbage", refused.badTokenSource, refusal, refused.garbage)).needing(p.noOpen),
		about(with(open, literally("Bearer garbage")), row(name+"garbage after Bearer", refused.badTokenSource, refusal, refused.garbage)).needing(p.noOpen),
		about(with(scoped, bearer(insider)), row(name+"one of the route's scopes", "4.2 [D]", status, exactly("200"))).needing(p.noScoped),
		about(send(scoped), row(name+"no token where scopes are asked for", refused.noTokenSource, refusal, refused.noToken)).needing(p.noScoped),
		about(with(scoped, bearer(outsider)),
			row(name+"none of the route's scopes", refused.noScopeSource, refusal, refused.noScope),
			row(name+"content type of a 403", "4.4 [O]", header("Content-Type"), exactly("application/json")),
			row(name+"request id of a 403", "4.4 [D]+[O]", header("Apigw-Requestid"), requestID),
		).needing(p.noScoped).needing(p.noOutsider),
		p.whereAFunctionDecides(with(open, literally("")), row(name+"empty header", "4.7 [D]", refusal, refused.noToken)),
		forgeryRows(p, open),
		attackRows(p, open),
	)
}

// whereAFunctionDecides are rows on what is known of a Lambda authorizer alone.
func (p *plan) whereAFunctionDecides(sends sending, rows ...behaviour) behaviours {
	if !p.byFunction {
		return nil
	}
	return about(sends, rows...).needing(p.noOpen)
}

// queryToken sends the token under the names that other servers know.
func queryToken(r request, token authorization) sending {
	return func(ctx context.Context, s *session) (answer, error) {
		value, err := token(ctx, s)
		if err != nil {
			return answer{}, err
		}
		r.url += "?" + url.Values{"access_token": {value}, "Authorization": {"Bearer " + value}}.Encode()
		return s.send(ctx, r)
	}
}

// forgeryRows are tokens that nobody but the caller has signed. The texts of their error
// descriptions are unknown.
func forgeryRows(p *plan, open request) (rows behaviours) {
	refused := p.refusals()
	for _, f := range []struct {
		name  string
		alter forgery
	}{
		{"tampered signature", tamperedSignature},
		{"tampered payload", tamperedPayload},
		{"alg none", unsigned},
		{"HS256 with the public key", hmacWithPublicKey},
		{"another key, same kid", anotherKey},
		{"another key in its own header", embeddedKey},
		{"unknown kid", unknownKeyID},
		{"another issuer and key", anotherIssuer},
		{"three segments of nothing", func(token) (string, error) { return "not.a.token", nil }},
	} {
		rows = append(rows, about(send(open.authorizedBy(bearer(forged(p.insiderToken(), f.alter)))),
			row("authorizer: "+f.name, refused.badTokenSource, refusal, refused.badToken))...)
	}
	return rows.needing(p.noOpen)
}

// attackRows are tokens most of which take the pool's own key, so only a local target has them. The
// first one is what they are made from.
func attackRows(p *plan, open request) (rows behaviours) {
	if len(p.attacks) == 0 {
		return nil
	}
	refused := p.refusals()
	rows = about(send(open.authorizedBy(literally("Bearer "+p.valid))), row("attack: none", "4.2 [D]", status, exactly("200")))
	for _, a := range p.attacks {
		rows = append(rows, about(send(open.authorizedBy(literally("Bearer "+a.Token))),
			row("attack: "+a.Name, refused.badTokenSource, refusal, refused.badToken))...)
	}
	return rows.needing(p.noOpen)
}

// routingRows are section 4.5 of docs/aws-behaviour.md, as far as a target's own routes show it.
func routingRows(p *plan) behaviours {
	const name, notFound = "routing: ", `404 {"message":"Not Found"}`
	token := bearer(p.insiderToken())
	rows := slices.Concat(
		about(send(p.call(http.MethodGet, "/conformance-has-no-such-route").authorizedBy(token)),
			row(name+"unknown path", "4.5 [D]", statusAndBody, exactly(notFound)),
			row(name+"content type of a 404", "4.6 [D]", header("Content-Type"), exactly("application/json")),
		).needing(p.catchAll),
		about(send(p.call(http.MethodPost, p.scoped.path).authorizedBy(token)),
			row(name+"unknown method is no 405", "4.5 [D]", statusAndBody, exactly(notFound)),
		).needing(p.noScopedGETOnly).needing(p.catchAll),
	)
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		rows = append(rows, about(send(p.call(method, p.open.path).authorizedBy(token)),
			row(name+"ANY takes "+method, "4.5 [D]", member("requestContext", "http", "method"), exactly(asJSON(method))),
		).echoed().needing(p.noAny)...)
	}
	return rows
}
