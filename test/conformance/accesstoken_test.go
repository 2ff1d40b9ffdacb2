package conformance

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

const uuid = `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`

// accessTokenRows are section 2.1 of docs/aws-behaviour.md, on the token that Basic authentication
// gets.
func accessTokenRows(p *plan) behaviours {
	const token = "access token: "
	return slices.Concat(
		about(send(p.grant()),
			row(token+"members of the header", "2.1 [O]", joseNames, exactly("alg kid")),
			row(token+"alg", "2.1 [O]", joseHeader("alg"), exactly(`"RS256"`)),
			row(token+"kid is 32 bytes in base64", "2.1 [O]", joseHeader("kid"), matches("44 characters ending in =", `"[A-Za-z0-9+/]{43}="`)),
			row(token+"sub", "2.1 [O]", claim("sub"), exactly(asJSON(p.insider.ID))),
			row(token+"client_id", "2.1 [D]", claim("client_id"), exactly(asJSON(p.insider.ID))),
			row(token+"token_use", "2.1 [D]", claim("token_use"), exactly(`"access"`)),
			row(token+"scope is one string", "2.1 [D]", claim("scope"), matches("words and single spaces", `"[^" ]+( [^" ]+)*"`)),
			row(token+"iss", "2.1 [D]", claim("iss"), exactly(asJSON(p.Issuer))),
			row(token+"form of iss", "2.1 [D], 2.2 [S]", claim("iss"), matches("cognito-idp's URL and the pool",
				`"https://(issuer-)?cognito-idp\.[a-z0-9-]+\.amazonaws\.com/[a-z0-9-]+_[0-9A-Za-z]+"`)),
			row(token+"iat", "2.1 [D]", claim("iat"), matches("integer seconds", `\d{10}`)),
			row(token+"auth_time", "2.1 [D]", claim("auth_time"), matches("integer seconds", `\d{10}`)),
			row(token+"exp", "2.1 [D]", lifetime, exactly("iat + expires_in")),
			row(token+"version", "2.1 [D]+[O]", claim("version"), exactly("2")),
			row(token+"jti", "2.1 [D]", claim("jti"), matches("a UUID", `"`+uuid+`"`)),
			row(token+"no aud", "2.1 [D]+[O]", claim("aud"), exactly(absent)),
			row(token+"no username", "2.1 [O]", claim("username"), exactly(absent)),
			row(token+"slashes are escaped", "2.1 [O]", slashes, exactly(`\/`)),
		),
		about(grantAndKeys,
			row(token+"signature", "2.4 [D]", signature, exactly("verifies with the published key of its kid")),
		),
	)
}

// claims are those of the access token in a token endpoint's answer.
func claims(a answer) (members, string) {
	return tokenPart(a, 1)
}

func tokenPart(a answer, index int) (members, string) {
	parts := strings.Split(accessToken(a), ".")
	if len(parts) != 3 {
		return nil, "no token, status " + status(a)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[index])
	if part := object(raw); err == nil && part != nil {
		return part, ""
	}
	return nil, "a token that can't be decoded"
}

func claim(name string) reading {
	return func(a answer) string {
		found, problem := claims(a)
		if problem != "" {
			return problem
		}
		return found.text(name)
	}
}

// joseHeader is a member of the token's JOSE header.
func joseHeader(name string) reading {
	return func(a answer) string {
		found, problem := tokenPart(a, 0)
		if problem != "" {
			return problem
		}
		return found.text(name)
	}
}

func joseNames(a answer) string {
	found, problem := tokenPart(a, 0)
	if problem != "" {
		return problem
	}
	return found.names()
}

func lifetime(a answer) string {
	found, problem := claims(a)
	if problem != "" {
		return problem
	}
	var iat, exp, validity int64
	for target, raw := range map[*int64]json.RawMessage{&iat: found["iat"], &exp: found["exp"], &validity: object(a.body)["expires_in"]} {
		if err := json.Unmarshal(raw, target); err != nil {
			return "not integers"
		}
	}
	if exp != iat+validity {
		return fmt.Sprintf("iat + %d, expires_in %d", exp-iat, validity)
	}
	return "iat + expires_in"
}

// slashes shows how the payload's JSON writes them.
func slashes(a answer) string {
	parts := strings.Split(accessToken(a), ".")
	if len(parts) != 3 {
		return "no token, status " + status(a)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	switch text := string(raw); {
	case err != nil:
		return "a token that can't be decoded"
	case strings.Count(text, "/") == 0:
		return "none"
	case strings.Count(text, "/") != strings.Count(text, `\/`):
		return "/"
	default:
		return `\/`
	}
}

// grantAndKeys is the token endpoint's answer together with the JWK set.
func grantAndKeys(ctx context.Context, s *session) (answer, error) {
	a, err := s.send(ctx, s.grant())
	if err != nil {
		return answer{}, err
	}
	a.keys, err = s.publishedKeys(ctx)
	return a, err
}

func signature(a answer) string {
	signed, err := jose.ParseSignedCompact(accessToken(a), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return "not a token signed with RS256"
	}
	keys := a.keys.Key(signed.Signatures[0].Header.KeyID)
	if len(keys) != 1 {
		return fmt.Sprintf("%d published keys have its kid", len(keys))
	}
	if _, err := signed.Verify(keys[0]); err != nil {
		return "does not verify"
	}
	return "verifies with the published key of its kid"
}
