package cognito_test

import (
	"errors"
	"testing"

	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/requester"
)

// TestEveryOperationNeedsItsAction, on the pool; also on one that is not there.
func TestEveryOperationNeedsItsAction(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/"
	p := startPool(t, func(c *cognito.Config) { c.UserPool.ARN = arn + poolID })
	permissions := &awsapitest.Permissions{}
	who := awsapitest.Identity
	who.Region = "eu-central-1"
	ctx := requester.WithAuthorizer(requester.NewContext(t.Context(), who), permissions)
	for operation, test := range map[string]struct{ input, resource string }{
		"DescribeUserPool":           {`{"UserPoolId": "` + poolID + `"}`, arn + poolID},
		"DescribeUserPoolClient":     {`{"UserPoolId": "` + poolID + `"}`, arn + poolID},
		"ListUserPoolClients":        {`{"UserPoolId": "` + poolID + `"}`, arn + poolID},
		"DescribeResourceServer":     {`{"UserPoolId": "` + poolID + `"}`, arn + poolID},
		"ListResourceServers":        {`{"UserPoolId": "` + poolID + `"}`, arn + poolID},
		"AddUserPoolClientSecret":    {`{"UserPoolId": "` + poolID + `"}`, arn + poolID},
		"ListUserPoolClientSecrets":  {`{"UserPoolId": "` + poolID + `"}`, arn + poolID},
		"DeleteUserPoolClientSecret": {`{"UserPoolId": "` + poolID + `"}`, arn + poolID},
		"UpdateUserPoolClient":       {`{"UserPoolId": "eu-central-1_NotThere1"}`, arn + "eu-central-1_NotThere1"},
		"UpdateUserPool":             {`{"UserPoolId": "` + poolID + `"}`, arn + poolID},
		"DeleteUserPool":             {`{"UserPoolId": "` + poolID + `"}`, arn + poolID},
		"ListUserPools":              {`{"MaxResults": 1}`, "*"},
	} {
		_, err := p.server.Call(ctx, operation, []byte(test.input))
		asked := permissions.Take()
		if denied := (*requester.DeniedError)(nil); !errors.As(err, &denied) || len(asked) != 1 ||
			asked[0].Action != "cognito-idp:"+operation || asked[0].Resource != test.resource {
			t.Errorf("%s: %v, asked for %+v", operation, err, asked)
		}
	}
}
