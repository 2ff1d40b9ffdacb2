package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Parity: Policies: an ARN of fewer than six parts

// resource reads one value of Resource or NotResource: * alone, or an ARN. An ARN with fewer than
// six parts has to end with a *, because only then is it documented what it stands for.
func (d *reader) resource(text string) (pattern, error) {
	if text == "*" {
		return literal(text, plainText), nil
	}
	parts := strings.SplitN(text, ":", arnParts)
	if parts[0] != "arn" || len(parts) < 2 || len(parts) < arnParts && !strings.HasSuffix(text, "*") {
		return pattern{}, fmt.Errorf("%q is not * and not an ARN of six parts", text)
	}
	if !d.variables {
		return literal(text, resourceID), nil
	}
	before := parts[:min(len(parts), arnParts-1)]
	if slices.ContainsFunc(before, func(part string) bool { return strings.Contains(part, "${") }) {
		return pattern{}, fmt.Errorf("%q has a policy variable before the fifth colon", text)
	}
	return newPattern(text, resourceID)
}

// accountOf is the account in an ARN, "" if it has none.
func accountOf(arn string) string {
	parts := strings.SplitN(arn, ":", arnParts)
	if len(parts) < arnParts || parts[0] != "arn" {
		return ""
	}
	return parts[4]
}

// nameOf is the part of an ARN behind the account, "" if it is not one.
func nameOf(arn string) string {
	parts := strings.SplitN(arn, ":", arnParts)
	if len(parts) < arnParts || parts[0] != "arn" {
		return ""
	}
	return parts[5]
}
