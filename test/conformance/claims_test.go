package conformance

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

const authorizer = "requestContext.authorizer: "

// contextRows are what a function gets of the token.
func contextRows(p *plan) behaviours {
	if p.byFunction {
		return lambdaRows(p)
	}
	return jwtRows(p)
}

// lambdaRows are the context of section 4.7, as lambda/authorize fills it.
func lambdaRows(p *plan) behaviours {
	path := func(more ...string) []string { return append([]string{"requestContext", "authorizer"}, more...) }
	return slices.Concat(
		about(send(p.plainCall()),
			row(authorizer+"members", "4.7 [O]", memberNames(path()...), exactly("lambda")),
			row(authorizer+"claims", "4.7 [O]", textsOf(path("lambda")...), exactly("the token's, as strings")),
			row(authorizer+"scope stays one string", "4.7 [O]", member(path("lambda", "scope")...), oneString),
			row(authorizer+"exp as a string", "4.7 [O]", member(path("lambda", "exp")...), matches("digits in quotes", `"\d{10}"`)),
		),
		about(send(p.call(http.MethodGet, p.scoped.path).authorizedBy(bearer(p.insiderToken()))),
			row(authorizer+"claims where scopes are asked for", "4.7 [O]", textsOf(path("lambda")...), exactly("the token's, as strings")),
		).needing(p.noScoped),
	).echoed()
}

// jwtRows are section 5.2 of docs/aws-behaviour.md.
func jwtRows(p *plan) behaviours {
	path := func(more ...string) []string { return append([]string{"requestContext", "authorizer"}, more...) }
	scoped := p.call(http.MethodGet, p.scoped.path).authorizedBy(bearer(p.insiderToken()))
	return slices.Concat(
		about(send(p.plainCall()),
			row(authorizer+"members", "5.2 [O]", memberNames(path()...), exactly("jwt")),
			row(authorizer+"members of jwt", "5.2 [O]", memberNames(path("jwt")...), exactly("claims scopes")),
			row(authorizer+"no scopes asked for", "5.2 [O]", member(path("jwt", "scopes")...), exactly("null")),
			row(authorizer+"exp as a string", "5.2 [O]", member(path("jwt", "claims", "exp")...), matches("digits in quotes", `"\d{10}"`)),
			row(authorizer+"scope stays one string", "5.2 [O]", member(path("jwt", "claims", "scope")...), oneString),
			row(authorizer+"claims", "5.2 [O]", textsOf(path("jwt", "claims")...), exactly("the token's, as strings")),
		),
		about(send(scoped),
			row(authorizer+"scopes asked for", "5.2 [O]", scopesList, exactly("all of the token's")),
		).needing(p.noScoped),
	).echoed()
}

// oneString is a scope claim: no list, no brackets.
var oneString = matches("words and single spaces", `"[^]["{} ]+( [^]["{} ]+)*"`)

// sentClaims are those of the token that the request carried.
func sentClaims(a answer) members {
	parts := strings.Split(strings.TrimPrefix(a.authorization, "Bearer "), ".")
	if len(parts) != 3 {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	return object(raw)
}

// textsOf compares the event's claims, which are at a path, with the token's strings and numbers.
func textsOf(path ...string) reading {
	return func(a answer) string {
		sent := sentClaims(a)
		got, problem := parent(a, append(slices.Clip(path), ""))
		if problem != "" {
			return problem
		}
		if got.names() != sent.names() {
			return got.names() + ", in the token " + sent.names()
		}
		for _, name := range slices.Sorted(maps.Keys(sent)) {
			want := asJSON(strings.Trim(sent.text(name), `"`))
			if text := got.text(name); text != want {
				return name + " " + text + ", want " + want
			}
		}
		return "the token's, as strings"
	}
}

func scopesList(a answer) string {
	text := member("requestContext", "authorizer", "jwt", "scopes")(a)
	var got []string
	if err := json.Unmarshal([]byte(text), &got); err != nil || got == nil {
		return text
	}
	want := strings.Fields(strings.Trim(sentClaims(a).text("scope"), `"`))
	if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		return text
	}
	return "all of the token's"
}
