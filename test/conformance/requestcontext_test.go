package conformance

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// requestContextRows are the requestContext of section 5.1.
func requestContextRows(p *plan) behaviours {
	const context = "requestContext: "
	is := func(source string, wants expectation, path ...string) behaviour {
		return row(context+strings.Join(path, "."), source, member(append([]string{"requestContext"}, path...)...), wants)
	}
	return about(send(p.plainCall()),
		is("5.1 [D]", matches("12 digits", `"\d{12}"`), "accountId"),
		is("5.1 [D]", matches("letters and digits", `"[0-9a-z]+"`), "apiId"),
		is("5.1 [D]", exactly(absent), "authentication"),
		is("5.1 [D]", exactly(asJSON(p.apiHost())), "domainName").deployedOnly("Event: domain name"),
		row(context+"domainPrefix", "5.1 [D]", domainPrefix, exactly("first label of domainName")),
		is("5.1 [D]", exactly(`"GET"`), "http", "method"),
		row(context+"http.path mirrors rawPath", "5.1 [O]", mirroredPath, exactly("as rawPath")),
		is("5.1 [D]", exactly(`"HTTP/1.1"`), "http", "protocol"),
		is("5.1 [D]", ipAddress, "http", "sourceIp"),
		is("5.1 [D]", exactly(asJSON(userAgent)), "http", "userAgent"),
		is("5.1 [D]", matches("not empty", `"[^"]+"`), "requestId"),
		is("5.1 [D]", exactly(asJSON(p.open.key)), "routeKey"),
		is("5.1 [D]", matches("not empty", `"[^"]+"`), "stage"),
		is("5.1 [D]+[O]", matches("like 07/Aug/2026:01:37:53 +0000", `"\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} \+0000"`), "time"),
		row(context+"timeEpoch in milliseconds", "5.1 [D]+[O]", clocks, exactly("the second of time")),
	).echoed()
}

func domainPrefix(a answer) string {
	found, problem := parent(a, []string{"requestContext", ""})
	if problem != "" {
		return problem
	}
	first, _, _ := strings.Cut(found.text("domainName"), ".")
	if prefix := found.text("domainPrefix"); prefix != first+`"` || len(first) < 2 {
		return prefix
	}
	return "first label of domainName"
}

func mirroredPath(a answer) string {
	path := member("requestContext", "http", "path")(a)
	if raw := member("rawPath")(a); a.status != http.StatusOK || path != raw || path == absent {
		return path + ", rawPath " + raw
	}
	return "as rawPath"
}

func clocks(a answer) string {
	written, epoch := member("requestContext", "time")(a), member("requestContext", "timeEpoch")(a)
	milliseconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return epoch
	}
	parsed, err := time.Parse(`"02/Jan/2006:15:04:05 -0700"`, written)
	if err != nil || parsed.Unix() != time.UnixMilli(milliseconds).Unix() {
		return epoch + ", time " + written
	}
	return "the second of time"
}
