package config

import (
	"regexp"
	"slices"

	"cognito-m2m/internal/httpapi"
	"cognito-m2m/naming"
)

// The kinds of string in an environment file, each with its rule. Patterns and lengths are those of the Amazon Cognito
// API reference where a name goes to Cognito, and of CDK and API Gateway elsewhere.
type (
	environmentName  string
	region           string
	account          string
	domainPrefix     string
	identifier       string
	scopeName        string
	scopeDescription string
	scopeRef         string
	clientName       string
	validity         string
	roleARN          string
	routePath        string
	method           string
	functionName     string
)

var (
	httpMethods = slices.Sorted(slices.Values(append(httpapi.Methods(), httpapi.AnyMethod)))

	// reservedWords can't be a part of a Cognito domain between hyphens: "Domain cannot contain reserved word"
	// (CreateUserPoolDomain).
	reservedWords = []string{"amazon", "aws", "cognito"}
)

const (
	// identifierChars and nameChars are the character sets of the Cognito API reference, CreateResourceServer:
	// printable ASCII without space, double quote and backslash; names without "/" too.
	identifierChars = `[\x21\x23-\x5B\x5D-\x7E]+`
	nameChars       = `[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+`

	segment     = `/([A-Za-z0-9._~:@-]+|\{[A-Za-z0-9._-]+\})`
	lastSegment = `/([A-Za-z0-9._~:@-]+|\{[A-Za-z0-9._-]+\+?\})`
)

var (
	// At least two characters, because a CDK stage name has them; at most 20 keeps the derived domain prefix short.
	environmentNameText = text{
		noun:    "environment name",
		pattern: regexp.MustCompile(`^[a-z][a-z0-9-]{0,18}[a-z0-9]$`),
		hint:    "2 to 20 lower-case letters, digits and hyphens, a letter first, no hyphen last",
	}

	regionText = text{
		noun:    "Region",
		pattern: regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$`),
		hint:    "for example ap-northeast-1",
	}

	accountText = text{
		noun:    "account",
		pattern: regexp.MustCompile(`^[0-9]{12}$`),
		hint:    "twelve digits",
	}

	domainPrefixText = text{
		noun:     "domain prefix",
		pattern:  regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$`),
		reserved: reservedWords,
		hint:     "1 to 63 lower-case letters, digits and hyphens, no hyphen first or last; empty to derive it",
	}

	identifierText = text{
		noun:      "resource server identifier",
		pattern:   regexp.MustCompile("^" + identifierChars + "$"),
		maxLength: 256,
		hint:      `1 to 256 printable ASCII characters, no space, " or \`,
	}

	scopeNameText = text{
		noun:      "scope name",
		pattern:   regexp.MustCompile("^" + nameChars + "$"),
		maxLength: 256,
		hint:      `1 to 256 printable ASCII characters, no space, ", \ or /`,
	}

	scopeDescriptionText = text{
		noun:      "scope description",
		pattern:   regexp.MustCompile(`\S`),
		maxLength: 256,
		hint:      "1 to 256 characters",
	}

	scopeRefText = text{
		noun:      "scope",
		pattern:   regexp.MustCompile("^" + identifierChars + "/" + nameChars + "$"),
		maxLength: 256,
		hint:      "write <resource server identifier>/<scope name>, for example test-api/read",
	}

	clientNameText = text{
		noun:    "client name",
		pattern: regexp.MustCompile("^" + naming.ClientPattern + "$"),
		hint:    "1 to 31 lower-case letters, digits and hyphens, a letter first",
	}

	validityText = text{
		noun:    "token validity",
		pattern: regexp.MustCompile(`^([1-9][0-9]{0,3}h|([1-9][0-9]{0,3}h)?[1-9][0-9]{0,3}m)$`),
		hint:    "hours and whole minutes: 30m, 1h, 1h30m",
	}

	// An ARN in a policy stands for itself, so none of the characters of a pattern is in it. The longest has a path of
	// 512 characters and a name of 64 (IAM API reference, CreateRole).
	roleARNText = text{
		noun:      "role ARN",
		pattern:   regexp.MustCompile(`^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}$`),
		maxLength: maxRoleARN,
		hint:      "arn:aws:iam::<account>:role/<path and name>",
	}

	routePathText = text{
		noun:    "route path",
		pattern: regexp.MustCompile(`^(\$default|/|(` + segment + `)*` + lastSegment + `)$`),
		hint:    `"/" or "/"-separated segments of letters, digits, . _ ~ : @ - and {parameters}; no "/" last; {proxy+} last only`,
	}

	// stageThrottleText is the word for the stage's limits.
	stageThrottleText = text{
		noun:    "throttle",
		pattern: regexp.MustCompile(`^default$`),
		hint:    "limits such as {rate: 10, burst: 20}, or default, which are those of the API",
	}

	methodText       = text{noun: "HTTP method", words: httpMethods}
	functionNameText = text{
		noun:    "function name",
		pattern: regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`),
		hint:    "a folder under lambda/: lower-case letters, digits, hyphens and underscores, a letter first",
	}
)

func (environmentName) text() text  { return environmentNameText }
func (region) text() text           { return regionText }
func (account) text() text          { return accountText }
func (domainPrefix) text() text     { return domainPrefixText }
func (identifier) text() text       { return identifierText }
func (scopeName) text() text        { return scopeNameText }
func (scopeDescription) text() text { return scopeDescriptionText }
func (scopeRef) text() text         { return scopeRefText }
func (clientName) text() text       { return clientNameText }
func (validity) text() text         { return validityText }
func (roleARN) text() text          { return roleARNText }
func (routePath) text() text        { return routePathText }
func (method) text() text           { return methodText }
func (functionName) text() text     { return functionNameText }
func (throttleWord) text() text     { return stageThrottleText }
