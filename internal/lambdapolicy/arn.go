package lambdapolicy

import "strings"

// matchARN compares like IAM's ArnLike: each of the six parts on its own, so no wildcard reaches
// over a colon.
func matchARN(pattern, arn string) bool {
	const parts = 6
	patterns, values := strings.SplitN(pattern, ":", parts), strings.SplitN(arn, ":", parts)
	if len(patterns) != len(values) {
		return false
	}
	for i := range patterns {
		if !matchWildcards(patterns[i], values[i]) {
			return false
		}
	}
	return true
}

// matchWildcards lets * stand for any text, slashes included, and ? for one byte.
func matchWildcards(pattern, text string) bool {
	star, resume := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			resume++
			p, t = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
