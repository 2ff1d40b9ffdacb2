package sts

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cognito-m2m/internal/cdkbootstrap"
	"cognito-m2m/internal/requester"
)

// How long a session lasts, by DurationSeconds.
const (
	shortestSession = 15 * time.Minute
	longestSession  = 12 * time.Hour
	defaultSession  = time.Hour
)

var (
	roleARNPattern     = regexp.MustCompile(`^arn:(aws[a-z-]*):iam::([0-9]{12}):role/(?:[\x21-\x7e]*/)?([\w+=,.@-]{1,64})$`)
	sessionNamePattern = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
)

type assumeRoleResult struct {
	Credentials     credentials
	AssumedRoleUser assumedRoleUser
}

type credentials struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

type assumedRoleUser struct {
	AssumedRoleID string `xml:"AssumedRoleId"`
	ARN           string `xml:"Arn"`
}

// assumeRole returns temporary credentials for a role that a bootstrap makes.
//
// Parity: STS: which roles can be assumed
func (s *Service) assumeRole(ctx context.Context, parameters url.Values) (*assumeRoleResult, error) {
	lasts, err := checkAssumeRole(parameters)
	if err != nil {
		return nil, err
	}
	role := parameters.Get("RoleArn")
	if err := requester.Require(ctx, requester.Access{Action: "sts:AssumeRole", Resource: role}); err != nil {
		return nil, err
	}
	parts := roleARNPattern.FindStringSubmatch(role)
	if account, ok := cdkbootstrap.Role(parts[3]); !ok || account != parts[2] {
		return nil, &Error{
			"AccessDenied", fmt.Sprintf("User: %s is not authorized to perform: sts:AssumeRole on resource: %s", requester.From(ctx).ARN, role),
			http.StatusForbidden,
		}
	}
	claims := sessionClaims{
		RoleARN: role, Name: parameters.Get("RoleSessionName"), Expires: s.now().Add(lasts).Unix(), Nonce: newNonce(),
	}
	issued := s.issue(claims)
	return &assumeRoleResult{
		Credentials: credentials{
			AccessKeyID: issued.AccessKeyID, SecretAccessKey: string(issued.SecretAccessKey), SessionToken: issued.SessionToken,
			Expiration: issued.Expires.UTC().Format(time.RFC3339),
		},
		AssumedRoleUser: assumedRoleUser{AssumedRoleID: claims.requester().UserID, ARN: claims.requester().ARN},
	}, nil
}

// checkAssumeRole checks the parameters and returns how long the session lasts. One that would
// restrict or mark the session is refused: it would have no effect here.
//
// Parity: STS: parameters of AssumeRole
func checkAssumeRole(parameters url.Values) (time.Duration, error) {
	for name := range parameters {
		if !slices.Contains([]string{"Action", "Version", "RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId"}, name) {
			return 0, invalid("The parameter " + strconv.Quote(name) + " is not simulated; there are RoleArn, RoleSessionName, DurationSeconds and ExternalId.")
		}
	}
	if role := parameters.Get("RoleArn"); !roleARNPattern.MatchString(role) {
		return 0, invalid(strings.TrimSpace(role + " is invalid"))
	}
	if name := parameters.Get("RoleSessionName"); !sessionNamePattern.MatchString(name) {
		return 0, invalid("1 validation error detected: Value at 'roleSessionName' failed to satisfy constraint: " +
			"Member must satisfy regular expression pattern: [\\w+=,.@-]*, and have 2 to 64 characters")
	}
	if !parameters.Has("DurationSeconds") {
		return defaultSession, nil
	}
	seconds, err := strconv.Atoi(parameters.Get("DurationSeconds"))
	lasts := time.Duration(seconds) * time.Second
	if err != nil || lasts < shortestSession || lasts > longestSession {
		return 0, invalid("1 validation error detected: Value at 'durationSeconds' failed to satisfy constraint: Member must be 900 to 43200")
	}
	return lasts, nil
}

func invalid(message string) *Error { return &Error{code: "ValidationError", message: message} }
