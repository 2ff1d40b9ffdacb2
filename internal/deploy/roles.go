package deploy

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"cognito-m2m/internal/awserror"
)

const (
	partition   = "${AWS::Partition}"
	accountID   = "${AWS::AccountId}"
	regionName  = "${AWS::Region}" // if the environment names none
	sessionName = "m2m-predeploy"
)

// ErrNoRegion says that neither the environment nor the AWS settings name a Region.
var ErrNoRegion = errors.New("no AWS Region is known")

// roles assumes roles as the CDK CLI does: if it may not assume one, it uses the present
// credentials, provided that they are of the role's account.
type roles struct {
	base   aws.Config
	caller *sts.GetCallerIdentityOutput // nil: not known yet
}

func newRoles(base aws.Config) *roles { return &roles{base: base} }

// take is the configuration for calls in the Region with the role, whose ARN may have placeholders.
func (r *roles) take(ctx context.Context, role, region string) (aws.Config, error) {
	config := r.base.Copy()
	if region != "" {
		config.Region = region
	}
	if config.Region == "" {
		return aws.Config{}, ErrNoRegion
	}
	if role == "" {
		return config, nil
	}
	caller, err := r.whoami(ctx, config)
	if err != nil {
		return aws.Config{}, err
	}
	own := strings.Split(aws.ToString(caller.Arn), ":")
	if len(own) < 2 {
		return aws.Config{}, fmt.Errorf("STS names %q for these credentials, which is not an ARN", aws.ToString(caller.Arn))
	}
	role = strings.NewReplacer(partition, own[1], accountID, aws.ToString(caller.Account), regionName, config.Region).Replace(role)
	taken := config.Copy()
	taken.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(config), role, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = sessionName
	}))
	_, err = taken.Credentials.Retrieve(ctx)
	switch {
	case err == nil:
		return taken, nil
	case awserror.Denied(err) && accountOf(role) == aws.ToString(caller.Account):
		return config, nil
	}
	return aws.Config{}, fmt.Errorf("taking the role %s: %w", role, awserror.Sentence(err))
}

func (r *roles) whoami(ctx context.Context, config aws.Config) (*sts.GetCallerIdentityOutput, error) {
	if r.caller != nil {
		return r.caller, nil
	}
	caller, err := sts.NewFromConfig(config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return nil, fmt.Errorf("finding out whose credentials these are: %w", awserror.Sentence(err))
	}
	r.caller = caller
	return caller, nil
}

// nameOf is the name in the ARN of an alarm.
func nameOf(arn string) string { return arn[strings.LastIndex(arn, ":")+1:] }

// accountOf is the account in the ARN of a role.
func accountOf(arn string) string {
	const accountAt = 4 // arn:aws:iam::<account>:role/<name>
	if parts := strings.Split(arn, ":"); len(parts) > accountAt {
		return parts[accountAt]
	}
	return ""
}
