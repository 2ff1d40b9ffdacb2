package gateway

import (
	"net/url"
	"strings"
)

// queryParameters decodes a query string as AWS shows it in queryStringParameters: values of a
// repeated name are joined with commas. Unlike net/url it does not drop a pair with a semicolon or
// a broken escape, which stays as it is. Bytes that are not UTF-8 can't be in JSON; replaced here,
// they can't make two members of one name.
//
// Parity: Event: broken escapes in the query
func queryParameters(rawQuery string) map[string]string {
	if rawQuery == "" {
		return nil
	}
	parameters := map[string]string{}
	for pair := range strings.SplitSeq(rawQuery, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, value = unescapeQuery(name), unescapeQuery(value)
		if first, ok := parameters[name]; ok {
			value = first + "," + value
		}
		parameters[name] = value
	}
	return parameters
}

func unescapeQuery(text string) string {
	decoded, err := url.QueryUnescape(text)
	if err != nil {
		decoded = text
	}
	return strings.ToValidUTF8(decoded, "\uFFFD")
}
