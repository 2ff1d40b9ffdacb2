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
)

// askUserPool adds what Cognito knows about a client. The description of an app
// client contains its secret, so not everyone who monitors clients may read it:
// without it, scopes and validity stay unknown.
func (t *Target) askUserPool(ctx context.Context, pool string, c *Client) error {
	if c.ID == "" {
		return nil
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

// accessTokenValidity is how long a token of the client lives: an hour unless
// it says otherwise, and in hours unless it names a unit (UserPoolClientType).
func accessTokenValidity(c *cognitotypes.UserPoolClientType) time.Duration {
	validity := time.Duration(aws.ToInt32(c.AccessTokenValidity))
	if validity == 0 {
		return time.Hour
	}
	unit := time.Hour
	if c.TokenValidityUnits != nil {
		switch c.TokenValidityUnits.AccessToken {
		case cognitotypes.TimeUnitsTypeSeconds:
			unit = time.Second
		case cognitotypes.TimeUnitsTypeMinutes:
			unit = time.Minute
		case cognitotypes.TimeUnitsTypeDays:
			unit = 24 * time.Hour
		case cognitotypes.TimeUnitsTypeHours:
		}
	}
	return validity * unit
}
