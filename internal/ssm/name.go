package ssm

import (
	"regexp"
	"strings"

	"cognito-m2m/internal/partition"
)

const (
	longestName = 1011 // of which the API's documentation says that it is the longest that can be made
	mostLevels  = 15
)

var (
	namePattern = regexp.MustCompile(`^(/[a-zA-Z0-9_.-]+)+$|^[a-zA-Z0-9_.-]+$`)
	pathPattern = regexp.MustCompile(`^/$|^(/[a-zA-Z0-9_.-]+)+/?$`)
)

// checkName refuses names that no parameter can have.
//
// Source: the words were seen: aws/aws-sdk-php #1952, DefangLabs/defang #348, and in public reports
// of failed deployments; getmoto/moto, test_ssm_boto3.py, has which name gets which of them.
//
// Parity: SSM: names of parameters
func checkName(name string) error {
	first := strings.ToLower(strings.TrimPrefix(name, "/"))
	isPath := strings.Count(name, "/") > 1
	switch {
	case len(name) > longestName:
		return invalid("A parameter's name can have %d characters at most.", longestName)
	case strings.HasPrefix(first, "aws") && strings.HasPrefix(name, "/") && isPath:
		return &Error{"AccessDeniedException", "No access to reserved parameter name: " + name + "."}
	case (strings.HasPrefix(first, "aws") || strings.HasPrefix(first, "ssm")) && !isPath:
		return invalid(`Parameter name: can't be prefixed with "aws" or "ssm" (case-insensitive).`)
	case strings.Contains(name, "/") && !strings.HasPrefix(name, "/"):
		return invalid("Parameter name must be a fully qualified name")
	case strings.HasPrefix(first, "ssm"), !namePattern.MatchString(name):
		return errName
	case strings.Count(name, "/") > mostLevels:
		return errLevels
	}
	return nil
}

// errName is also what the other operations say of a name that no parameter can have: seen,
// aws/aws-sdk-js-v3 #5005 and localstack/localstack #7712.
var errName = invalid(`Parameter name: can't be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths ` +
	`divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_`)

// checkPath refuses what no names of parameters begin with.
//
// Source: the words were seen, aws/aws-sdk-js-v3 #5928.
func checkPath(path string) error {
	if pathPattern.MatchString(path) {
		return nil
	}
	return invalid(`The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/". ` +
		`It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use only letters, numbers, or the following symbols: ` +
		`. (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". ` +
		`Valid example: /get/parameters2-/by1./path0_.`)
}

// located is where a parameter of that name is for who asks in a place, and what it is called
// there: the name may be an ARN.
func located(name string, asked partition.Place) (place partition.Place, arn, bare string) {
	parts := strings.SplitN(name, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return asked, arnOf(name, asked), name
	}
	bare = strings.TrimPrefix(parts[5], "parameter/")
	if strings.Contains(bare, "/") {
		bare = "/" + bare
	}
	return partition.Place{AccountID: parts[4], Region: parts[3]}, name, bare
}

// arnOf is the ARN of a parameter, or of a path as it was asked for.
func arnOf(name string, at partition.Place) string {
	return at.ARN("ssm", "parameter/"+strings.TrimPrefix(name, "/"))
}
