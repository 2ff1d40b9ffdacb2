package config

import (
	"regexp"
	"strings"
)

// The kinds of string in what an environment file says about the pool's options, functions, tags and alarms.
type (
	namePattern     string
	featurePlan     string
	issuerType      string
	tagKey          string
	tagValue        string
	functionTimeout string
	variableName    string
	variableValue   string
	recipient       string
)

// planLite is the cheapest feature plan.
const planLite = "LITE"

// tagChars are the characters that tags may have in every service (AWS General Reference, "Tagging your resources").
const tagChars = `[A-Za-z0-9 _.:/=+@-]`

var (
	// The hyphen keeps the names apart from those of other files; 14 characters leave room for a number behind it.
	namePatternText = text{
		noun:    "name pattern",
		pattern: regexp.MustCompile(`^[a-z][a-z0-9-]{0,12}-\*$`),
		hint:    "at most 14 lower-case letters, digits and hyphens, a hyphen last, and *: pr-*",
	}

	featurePlanText = text{noun: "feature plan", words: []string{"ESSENTIALS", planLite, "PLUS"}}
	issuerTypeText  = text{noun: "issuer type", words: []string{issuerOriginal, IssuerUpdated}}

	tagKeyText = text{
		noun:      "tag key",
		pattern:   regexp.MustCompile(`^` + tagChars + `+$`),
		maxLength: 128,
		hint:      "1 to 128 letters, digits, spaces and _ . : / = + - @",
	}

	tagValueText = text{
		noun:      "tag value",
		pattern:   regexp.MustCompile(`^` + tagChars + `*$`),
		maxLength: 256,
		hint:      "at most 256 letters, digits, spaces and _ . : / = + - @",
	}

	// 30 s is the longest that API Gateway waits for an integration.
	functionTimeoutText = text{
		noun:    "function timeout",
		pattern: regexp.MustCompile(`^([1-9]|[12][0-9]|30)s$`),
		hint:    "1s to 30s: API Gateway waits no longer",
	}

	variableNameText = text{
		noun:    "variable name",
		pattern: regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]+$`),
		hint:    "at least 2 letters, digits and underscores, a letter first",
	}

	variableValueText = text{noun: "variable value", pattern: regexp.MustCompile(`^[^\x00]*$`), hint: "no zero bytes"}

	// A FIFO topic takes no alarms (CloudWatch guide, "Notifying users on alarm changes").
	recipientText = text{
		noun:      "recipient",
		pattern:   regexp.MustCompile(`^(arn:aws(-[a-z]+)*:sns:[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:[A-Za-z0-9_-]{1,256}|[^@\s:]+@[^@\s:]+\.[^@\s:.]+)$`),
		maxLength: 320,
		hint:      "an e-mail address, or arn:aws:sns:<region>:<account>:<topic>",
	}
)

func (namePattern) text() text     { return namePatternText }
func (featurePlan) text() text     { return featurePlanText }
func (issuerType) text() text      { return issuerTypeText }
func (tagKey) text() text          { return tagKeyText }
func (tagValue) text() text        { return tagValueText }
func (functionTimeout) text() text { return functionTimeoutText }
func (variableName) text() text    { return variableNameText }
func (variableValue) text() text   { return variableValueText }
func (recipient) text() text       { return recipientText }

// fits tells whether an environment of that name is one the pattern means.
func (p namePattern) fits(name string) bool {
	prefix := strings.TrimSuffix(string(p), anything)
	return p != "" && strings.HasPrefix(name, prefix) && name != prefix
}

// example is a name that fits.
func (p namePattern) example() environmentName {
	return environmentName(strings.TrimSuffix(string(p), anything) + "1")
}

// topicRegion is the Region of a recipient that is a topic, "" for an address.
func (r recipient) topicRegion() region {
	if !strings.HasPrefix(string(r), "arn:") {
		return ""
	}
	return region(strings.Split(string(r), ":")[3])
}
