package reach

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
	"golang.org/x/time/rate"

	"cognito-m2m/internal/hosts"
)

// DeployedConfig says which deployment is meant.
type DeployedConfig struct {
	Env string

	// Region is where it is. Empty: the Region of the AWS settings, which is where CDK deploys an
	// environment that names none.
	Region string
}

// Deployed is an environment on AWS, with the credentials and settings that every AWS tool finds:
// the environment's variables, the shared files, a role.
func Deployed(ctx context.Context, c DeployedConfig) (*Target, error) {
	if !envPattern.MatchString(c.Env) {
		return nil, fmt.Errorf("%q can't be an environment: %w", c.Env, errEnvName)
	}
	loaded, err := Settings(ctx, c.Region)
	if err != nil {
		return nil, err
	}
	if loaded.Region == "" {
		return nil, &Error{Problem: NoRegion, text: "no AWS Region is set for " + c.Env}
	}
	t := open(c.Env, nil, loaded)
	// Cognito answers five calls a second about one user pool, and a listing asks twice for each
	// client: the SDK's retries alone would give up on a hundred. One is left to rotations.
	const callsPerSecond = 4
	t.perSecond = rate.NewLimiter(callsPerSecond, callsPerSecond)
	if err := t.checkEndpoints(); err != nil {
		return nil, err
	}
	if err := CheckCredentials(ctx, loaded); err != nil {
		return nil, err
	}
	return t, nil
}

// Settings are the AWS settings that every AWS tool finds, with this Region unless it is "". If
// they can't be read, it fails with an *Error whose problem is NoCredentials.
func Settings(ctx context.Context, region string) (aws.Config, error) {
	// The SDK would log its search for credentials to stderr. The error says the same.
	loaded, err := config.LoadDefaultConfig(ctx, config.WithRegion(region), config.WithLogger(logging.Nop{}))
	return loaded, credentialsFailure(err)
}

// CheckCredentials fails with an *Error whose problem is NoCredentials if the settings lead to no
// credentials. The first call that needs them would say so in many sentences.
func CheckCredentials(ctx context.Context, settings aws.Config) error {
	_, err := settings.Credentials.Retrieve(ctx)
	return credentialsFailure(err)
}

// checkEndpoints refuses settings that lead to this machine, such as those of a local run that a
// shell still has. They are looked at as each service resolves them: a variable or the profile can
// name an endpoint for all or for one.
func (t *Target) checkEndpoints() error {
	for _, service := range []struct {
		variable string
		endpoint *string
	}{
		{"AWS_ENDPOINT_URL_CLOUDFORMATION", t.stacks.Options().BaseEndpoint},
		{"AWS_ENDPOINT_URL_SECRETS_MANAGER", t.secrets.Options().BaseEndpoint},
		{"AWS_ENDPOINT_URL_APIGATEWAYV2", t.apis.Options().BaseEndpoint},
		{"AWS_ENDPOINT_URL_SSM", t.parameters.BaseEndpoint()},
		{"AWS_ENDPOINT_URL_CLOUDTRAIL", t.trails.Options().BaseEndpoint},
		{"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", t.pools.Options().BaseEndpoint},
	} {
		endpoint := aws.ToString(service.endpoint)
		if !isThisMachine(endpoint) {
			continue
		}
		setting := "endpoint_url of the AWS profile"
		for _, variable := range []string{"AWS_ENDPOINT_URL", service.variable} {
			if os.Getenv(variable) == endpoint {
				setting = variable
			}
		}
		return &Error{Problem: NotAWS, Subject: setting, text: fmt.Sprintf("%s leads to %s on this machine, which is not AWS", setting, endpoint)}
	}
	return nil
}

// isThisMachine says whether a request to an endpoint, "" for none, ends on this machine.
func isThisMachine(endpoint string) bool {
	parsed, err := url.Parse(endpoint)
	if err != nil || parsed.Host == "" {
		return false
	}
	host, _ := hosts.Dialled(parsed.Hostname())
	return hosts.IsThisMachine(host)
}

// credentialsFailure is one sentence for what the credential chain says in many. What an SSO or
// process provider adds stays out: it names files and URLs, and does not change what to do.
func credentialsFailure(err error) error {
	text := "no AWS credentials were found"
	var profile config.SharedConfigProfileNotExistError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.As(err, &profile):
		text = fmt.Sprintf("there is no AWS profile %q", profile.Profile)
	case strings.Contains(err.Error(), "expired"), strings.Contains(err.Error(), "refresh cached SSO token"):
		text = "the AWS session has expired"
	case strings.Contains(err.Error(), "failed to parse"), strings.Contains(err.Error(), "failed to load shared config"):
		text = "the AWS settings can't be read"
	}
	return &Error{Problem: NoCredentials, text: text, Err: err}
}
