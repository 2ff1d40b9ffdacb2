package reach

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	cognitotypes "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"cognito-m2m/internal/awserror"
	"cognito-m2m/internal/userpool"
)

// askUserPool adds what Cognito knows about a client. The description of an app client contains its
// secret, so not everyone who monitors clients may read it: without it, scopes and validity stay
// unknown.
func (t *Target) askUserPool(ctx context.Context, pool string, c *Client) error {
	if c.ID == "" {
		return nil
	}
	if err := t.pace(ctx); err != nil {
		return err
	}
	described, err := t.pools.DescribeUserPoolClient(ctx, &cognitoidentityprovider.DescribeUserPoolClientInput{UserPoolId: &pool, ClientId: &c.ID})
	switch {
	case err == nil:
		c.Scopes = append([]string{}, described.UserPoolClient.AllowedOAuthScopes...)
		slices.Sort(c.Scopes)
		c.AccessTokenValidity = accessTokenValidity(described.UserPoolClient)
	case !awserror.Denied(err):
		return err
	}
	if err := t.pace(ctx); err != nil {
		return err
	}
	listed, err := t.pools.ListUserPoolClientSecrets(ctx, &cognitoidentityprovider.ListUserPoolClientSecretsInput{UserPoolId: &pool, ClientId: &c.ID})
	if err != nil {
		return err
	}
	for _, found := range listed.ClientSecrets {
		c.Secrets = append(c.Secrets, LiveSecret{ID: aws.ToString(found.ClientSecretId), Created: aws.ToTime(found.ClientSecretCreateDate)})
	}
	slices.SortFunc(c.Secrets, func(a, b LiveSecret) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	return nil
}

// pace waits until Cognito may be called again.
func (t *Target) pace(ctx context.Context) error {
	if t.perSecond == nil || t.perSecond.Wait(ctx) == nil {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return context.DeadlineExceeded // the limiter does not begin what would end too late
}

// accessTokenValidity is how long a token of the client lives.
func accessTokenValidity(c *cognitotypes.UserPoolClientType) time.Duration {
	var unit string
	if c.TokenValidityUnits != nil {
		unit = string(c.TokenValidityUnits.AccessToken)
	}
	return userpool.AccessTokenValidity(float64(aws.ToInt32(c.AccessTokenValidity)), unit)
}
