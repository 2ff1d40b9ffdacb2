package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"cognito-m2m/internal/clock"
	"cognito-m2m/internal/hosts"
	"cognito-m2m/internal/userpool"
	"cognito-m2m/naming"
)

// settings are what an authorizer depends on. All are required but clock.
type settings struct {
	sdk         aws.Config
	http        *http.Client // fetches the keys
	issuer      string
	jwksURI     string
	refusedPath string // without a slash at its end
	routes      routes
	limits      limits
	clock       clock.Clock
	log         io.Writer // gets a JSON object per refusal, and per read that failed
}

// limits are how long a read may take.
type limits struct{ keys, list time.Duration }

// withinGateways are limits that fit together into the 10 seconds that API Gateway waits.
var withinGateways = limits{keys: 2 * time.Second, list: 6 * time.Second}

// fromEnvironment returns the function's authorizer. If the environment is broken, it refuses every
// request and logs why: exiting instead would make callers see 500 and the log say less.
func fromEnvironment(ctx context.Context, variable func(string) string, log io.Writer) *authorizer {
	s := settings{http: keysClient(), limits: withinGateways, log: log}
	var faults [4]error
	s.issuer, faults[0] = issuerIn(variable(naming.IssuerVariable))
	s.jwksURI, faults[1] = jwksIn(variable(naming.JWKSVariable), s.issuer)
	s.refusedPath, faults[2] = refusedPathIn(variable(naming.RefusedPathVariable))
	s.routes, faults[3] = readRoutes(os.DirFS(filepath.Join(variable("LAMBDA_TASK_ROOT"), ".")))
	sdk, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		// The cause is left out: it may quote a file of credentials.
		err = errors.New("the AWS SDK can't be configured from the environment: check the function's AWS_ variables")
	}
	s.sdk = sdk
	a := newAuthorizer(s)
	a.fault = errors.Join(append(faults[:], err)...)
	return a
}

func issuerIn(issuer string) (string, error) {
	if !strings.HasPrefix(issuer, "https://") {
		return "", errors.New(naming.IssuerVariable + " is not a URL with https: set it to the user pool's issuer")
	}
	return issuer, nil
}

// jwksIn takes a URL without TLS only of this machine: whoever can change the keys on their way can
// sign any token.
func jwksIn(location, issuer string) (string, error) {
	if location == "" {
		return userpool.JWKSURL(issuer), nil
	}
	parsed, err := url.Parse(location)
	if err != nil || parsed.Scheme != "https" && (parsed.Scheme != "http" || !hosts.IsLoopback(parsed.Hostname())) {
		return "", errors.New(naming.JWKSVariable + " is not a URL with https: leave it out")
	}
	return location, nil
}

func refusedPathIn(path string) (string, error) {
	path, hasSlash := strings.CutSuffix(path, "/")
	if !hasSlash || !strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/") {
		return "", fmt.Errorf("%s is not a path such as %s", naming.RefusedPathVariable, naming.RefusedPath("dev"))
	}
	return path, nil
}

// keysClient follows no redirects: the keys are where the issuer has them, or nowhere.
func keysClient() *http.Client {
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}
