package conformance

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// noEcho says why events can't be read: the function does not answer with them. An answer other
// than 200 is no reason, but something for the rows to find.
func (s *session) noEcho(ctx context.Context) (string, error) {
	if s.noOpen != "" {
		return s.noOpen, nil
	}
	a, err := s.send(ctx, s.plainCall())
	if err != nil || a.status != http.StatusOK {
		return "", err
	}
	if body := object(a.body); body["requestContext"] == nil || body["version"] == nil {
		return "the function does not answer with its event", nil
	}
	return "", nil
}

// plainCall has no query, cookie or body.
func (p *plan) plainCall() request {
	return p.call(http.MethodGet, p.open.path).authorizedBy(bearer(p.insiderToken()))
}

// eventRows are section 5.1 of docs/aws-behaviour.md.
func eventRows(p *plan) behaviours {
	const event = "event: "
	omitted := func(name string) behaviour {
		return row(event+"no "+name, "5.1 [O]", member(name), exactly(absent))
	}
	return slices.Concat(
		about(send(p.plainCall()),
			row(event+"version", "5.1 [D]", member("version"), exactly(`"2.0"`)),
			row(event+"routeKey", "5.1 [D]", member("routeKey"), exactly(asJSON(p.open.key))),
			row(event+"rawPath", "5.1 [D]", member("rawPath"), exactly(asJSON(p.sentPath()))).unless(p.behindMapping()),
			row(event+"empty rawQueryString", "5.1 [D]", member("rawQueryString"), exactly(`""`)),
			row(event+"isBase64Encoded without a body", "5.1 [D]", member("isBase64Encoded"), exactly("false")),
			omitted("cookies"), omitted("queryStringParameters"), omitted("body"), omitted("pathParameters"),
			row(event+"stageVariables", "5.1 [O]", member("stageVariables"), matches("absent or an object", `\(absent\)|\{".*\}`)),
			row(event+"content type of the function", "5.4 [D]", header("Content-Type"), exactly("application/json")),
			row(event+"request id of the answer", "5.4 [D]", header("Apigw-Requestid"), requestID),
		),
		headerRows(p),
		about(send(p.richCall()),
			row(event+"rawQueryString", "5.1 [D]", member("rawQueryString"), exactly(`"colour=red&colour=blue&size=1"`)),
			row(event+"queryStringParameters", "5.1 [D]", member("queryStringParameters"), exactly(`{"colour":"red,blue","size":"1"}`)),
			row(event+"rawPath has no query", "5.1 [O]", member("rawPath"), matches("no question mark", `"[^?"]+"`)),
			row(event+"cookies", "5.1 [D]", member("cookies"), exactly(`["first=1","second=2"]`)),
			row(event+"repeated header", "5.1 [D]", member("headers", "x-conformance"), exactly(`"one,two"`)),
		),
	).echoed()
}

// richCall repeats a query parameter and a header, and has two cookies.
func (p *plan) richCall() request {
	r := p.plainCall().
		field("X-Conformance", "one").field("X-Conformance", "two").
		field("Cookie", "first=1; second=2")
	r.url += "?colour=red&colour=blue&size=1"
	return r
}

func headerRows(p *plan) behaviours {
	const headers = "event headers: "
	return about(send(p.plainCall()),
		row(headers+"names", "5.1 [D]", headerNames, exactly("lower case")),
		row(headers+"authorization as sent", "5.1 [O]", forwardedAuthorization, exactly("as sent")),
		row(headers+"host", "5.1 [O]", member("headers", "host"), exactly(asJSON(p.apiHost()))),
		row(headers+"user-agent", "5.1 [D]", member("headers", "user-agent"), exactly(asJSON(userAgent))),
		row(headers+"x-amzn-trace-id", "5.1 [O]", member("headers", "x-amzn-trace-id"), matches("Root=1-<8 hex>-<24 hex>", `"Root=1-[0-9a-f]{8}-[0-9a-f]{24}"`)),
		row(headers+"x-forwarded-for", "5.1 [O]", member("headers", "x-forwarded-for"), ipAddress),
		row(headers+"x-forwarded-port", "5.1 [O]", member("headers", "x-forwarded-port"), exactly(`"443"`)),
		row(headers+"x-forwarded-proto", "5.1 [O]", member("headers", "x-forwarded-proto"), exactly(`"https"`)),
	)
}

// unless is needing for a single row.
func (b behaviour) unless(reason string) behaviour {
	b.needs = reason
	return b
}

// sentPath is what the API gets to see of a call of the open route; the path of a named stage is a
// part of it.
func (p *plan) sentPath() string {
	address, err := url.Parse(p.call("", p.open.path).url)
	if err != nil {
		return p.open.path
	}
	return address.Path
}

func (p *plan) apiHost() string {
	address, err := url.Parse(p.APIURL)
	if err != nil {
		return p.APIURL
	}
	return address.Host
}

// behindMapping says whether the URL's path may be the key of an API mapping, which rawPath lacks.
func (p *plan) behindMapping() string {
	if p.sentPath() != p.open.path && !strings.Contains(p.apiHost(), ".execute-api.") {
		return "the path of the API's URL may be a mapping key"
	}
	return ""
}

func headerNames(a answer) string {
	headers, problem := parent(a, []string{"headers", ""})
	if problem != "" {
		return problem
	}
	if names := headers.names(); names != strings.ToLower(names) {
		return names
	}
	return "lower case"
}

// forwardedAuthorization compares without showing the token.
func forwardedAuthorization(a answer) string {
	got := member("headers", "authorization")(a)
	switch {
	case got == asJSON(a.authorization):
		return "as sent"
	case len(got) > len(a.authorization)/2:
		return "something else"
	default:
		return got
	}
}

var ipAddress = expectation{
	says: "an IP address",
	holds: func(got string) bool {
		_, err := netip.ParseAddr(strings.Trim(got, `"`))
		return err == nil
	},
}
