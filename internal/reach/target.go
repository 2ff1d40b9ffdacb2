package reach

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	stacktypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"golang.org/x/time/rate"

	"cognito-m2m/internal/awserror"
	"cognito-m2m/internal/cdkbootstrap"
	"cognito-m2m/internal/parameterstore"
	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/run"
	"cognito-m2m/naming"
)

// Target is one environment in one place. It is safe for concurrent use.
type Target struct {
	Env    string
	Region string

	run     *run.Running // nil on AWS
	stacks  *cloudformation.Client
	secrets *secretsmanager.Client
	pools   *cognitoidentityprovider.Client
	apis    *apigatewayv2.Client
	trails  *cloudtrail.Client

	parameters *parameterstore.Client
	perSecond  *rate.Limiter // of calls to Cognito; nil bounds none
}

// Local is the run of env on this machine whose state is in stateDir. Without one it fails with a
// *run.NotRunningError.
func Local(stateDir, env string) (*Target, error) {
	found, err := run.Find(stateDir, env)
	if err != nil {
		return nil, err
	}
	return At(env, found)
}

// At is the environment that a run says how to reach, without looking for the run.
func At(env string, found *run.Running) (*Target, error) {
	if found.AWSEndpointURL == "" || found.AWSAccessKeyID == "" || found.AWSSecretAccessKey == "" {
		return nil, &Error{Problem: NotServed, text: fmt.Sprintf("the run of %s on this machine is of another version of m2m and does not answer this one's AWS calls", env)}
	}
	// Made by hand and not loaded: nothing in the caller's AWS settings can lead a call for the
	// local run to AWS, or real credentials to the local run.
	c := aws.Config{
		Region:       found.Region,
		BaseEndpoint: &found.AWSEndpointURL,
		Credentials:  credentials.NewStaticCredentialsProvider(found.AWSAccessKeyID, string(found.AWSSecretAccessKey), ""),
		HTTPClient:   plainBodies{awshttp.NewBuildableClient()},
	}
	if found.AccountID != "" {
		c.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(c), cdkbootstrap.DeployRole(partition.Of(found.Region), found.AccountID, found.Region), func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName = "m2m"
		}))
	}
	return open(run.Name(env), found, c), nil
}

func open(env string, run *run.Running, c aws.Config) *Target {
	// On AWS other callers may use up the rates that a service grants, see Deployed for Cognito's.
	// Here nothing is throttled, and that a run has just ended shows at once.
	attempts, longestBackoff := 6, 2*time.Second
	if run != nil {
		attempts, longestBackoff = 2, 100*time.Millisecond
	}
	c.Retryer = func() aws.Retryer {
		return retry.AddWithMaxBackoffDelay(retry.AddWithMaxAttempts(retry.NewStandard(), attempts), longestBackoff)
	}
	return &Target{
		Env:     env,
		Region:  c.Region,
		run:     run,
		stacks:  cloudformation.NewFromConfig(c),
		secrets: secretsmanager.NewFromConfig(c),
		pools:   cognitoidentityprovider.NewFromConfig(c),
		apis:    apigatewayv2.NewFromConfig(c),
		trails:  cloudtrail.NewFromConfig(c),

		parameters: parameterstore.New(c),
	}
}

// Deployed says whether the target is on AWS.
func (t *Target) Deployed() bool { return t.run == nil }

// String names the environment and where it is, for a person.
func (t *Target) String() string {
	if t.Deployed() {
		return t.Env + " in " + t.Region
	}
	return t.Env + " on this machine"
}

// APIURL is the base URL of the HTTP API, without a slash at its end.
func (t *Target) APIURL(ctx context.Context) (string, error) {
	if t.run != nil {
		return t.run.APIURL, nil
	}
	return t.output(ctx, naming.APIURLOutput)
}

// TokenEndpoint is where clients get tokens. It is empty for a local run whose pool has no domain.
func (t *Target) TokenEndpoint(ctx context.Context) (string, error) {
	if t.run != nil {
		return t.run.TokenEndpoint, nil
	}
	return t.outputOf(ctx, naming.Stack(t.Env, naming.IdentityStack), naming.TokenEndpointOutput)
}

// UserPoolID is the id of the user pool.
func (t *Target) UserPoolID(ctx context.Context) (string, error) {
	if t.run != nil {
		return t.run.UserPoolID, nil
	}
	return t.output(ctx, naming.UserPoolIDOutput)
}

// output is an output of the stack that holds the clients and the API. Its keys are fixed.
func (t *Target) output(ctx context.Context, key string) (string, error) {
	return t.outputOf(ctx, t.stack(), key)
}

func (t *Target) outputOf(ctx context.Context, stack, key string) (string, error) {
	outputs, err := t.outputsOf(ctx, stack)
	if err != nil {
		return "", err
	}
	for _, output := range outputs {
		if aws.ToString(output.OutputKey) == key {
			return aws.ToString(output.OutputValue), nil
		}
	}
	return "", &Error{Problem: NotDeployed, Subject: t.Env, text: fmt.Sprintf("the stack %s in %s has no output %s", stack, t.Region, key)}
}

// stack is the name of the stack that holds the clients and the API.
func (t *Target) stack() string { return naming.Stack(t.Env, naming.APIStack) }

// outputs are those of that stack.
func (t *Target) outputs(ctx context.Context) ([]stacktypes.Output, error) {
	return t.outputsOf(ctx, t.stack())
}

func (t *Target) outputsOf(ctx context.Context, stack string) ([]stacktypes.Output, error) {
	outputs, err := t.describeStack(ctx, stack)
	if awserror.NoStack(err) {
		return nil, &Error{Problem: NotDeployed, Subject: t.Env, text: fmt.Sprintf("%s is not deployed in %s: there is no stack %s", t.Env, t.Region, stack), Err: err}
	}
	if err != nil {
		return nil, t.failure(stack, err)
	}
	return outputs, nil
}

// describeStack returns the outputs of a stack. Its error is the SDK's.
func (t *Target) describeStack(ctx context.Context, stack string) (outputs []stacktypes.Output, err error) {
	answer, err := t.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	if err != nil {
		return nil, err
	}
	for _, described := range answer.Stacks {
		outputs = append(outputs, described.Outputs...)
	}
	return outputs, nil
}

// The names of environments and clients as environment files have them, a little wider: the files'
// own rules are not repeated here. What can't be a name is not asked for.
var (
	envPattern    = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
	clientPattern = regexp.MustCompile("^" + naming.ClientPattern + "$")
)

var errEnvName = errors.New("use lower-case letters, digits and hyphens, such as dev")
