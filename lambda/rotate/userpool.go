package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"cognito-m2m/client"
)

// userPool is the Cognito side.
type userPool struct {
	api           *cognito.Client
	id            string
	tokenEndpoint string // instead of the pool's own; "" on AWS
}

func newUserPool(sdk aws.Config, backoff backoff, id, tokenEndpoint string) userPool {
	api := cognito.NewFromConfig(sdk, func(o *cognito.Options) { o.Retryer = backoff.retryer() })
	return userPool{api: api, id: id, tokenEndpoint: tokenEndpoint}
}

// addresses returns the URL of the pool's token endpoint and the issuer of its tokens.
func (p userPool) addresses(ctx context.Context) (tokenEndpoint, issuer string, err error) {
	answer, err := p.api.DescribeUserPool(ctx, &cognito.DescribeUserPoolInput{UserPoolId: &p.id})
	if err != nil {
		return "", "", withoutContent(err)
	}
	if answer.UserPool == nil {
		return "", "", errUnreadable
	}
	tokenEndpoint, err = p.tokenEndpointOf(answer.UserPool)
	if err != nil {
		return "", "", err
	}
	return tokenEndpoint, p.issuerOf(answer.UserPool), nil
}

// region is the first part of a pool's id: the pool's primary Region, which its issuer and its prefix domain have.
func (p userPool) region() string {
	region, _, _ := strings.Cut(p.id, "_")
	return region
}

// tokenEndpointOf prefers the custom domain: whoever has one means callers to use it.
func (p userPool) tokenEndpointOf(pool *types.UserPoolType) (string, error) {
	const path = "/oauth2/token"
	prefix, custom := aws.ToString(pool.Domain), aws.ToString(pool.CustomDomain)
	switch {
	case p.tokenEndpoint != "":
		return p.tokenEndpoint, nil
	case custom != "":
		return "https://" + custom + path, nil
	case prefix != "":
		return "https://" + prefix + ".auth." + p.region() + ".amazoncognito.com" + path, nil
	}
	return "", stopped{"user pool " + p.id + " has no domain, so there is no token endpoint", "give it a domain, then run the steps again"}
}

// issuerOf returns the "iss" claim of the pool's tokens, which has a second form since 2026. A pool that says nothing
// has the original one.
func (p userPool) issuerOf(pool *types.UserPoolType) string {
	host := "cognito-idp."
	if pool.IssuerConfiguration != nil && pool.IssuerConfiguration.Type == types.IssuerTypeUpdated {
		host = "issuer-cognito-idp."
	}
	return "https://" + host + p.region() + ".amazonaws.com/" + p.id
}

// scopes returns the client's scopes, sorted. The answer also holds a secret, which is not looked at.
func (p userPool) scopes(ctx context.Context, clientID string) ([]string, error) {
	answer, err := p.api.DescribeUserPoolClient(ctx, &cognito.DescribeUserPoolClientInput{UserPoolId: &p.id, ClientId: &clientID})
	if err != nil {
		return nil, p.aboutClient(err, clientID)
	}
	if answer.UserPoolClient == nil {
		return nil, errUnreadable
	}
	scopes := slices.Sorted(slices.Values(answer.UserPoolClient.AllowedOAuthScopes))
	if len(scopes) == 0 {
		return nil, stopped{"app client " + clientID + " has no scope, so it can get no token", "allow it a scope, then run the steps again"}
	}
	return scopes, nil
}

// secretIDs returns the ids of the client's live secrets, the oldest first.
func (p userPool) secretIDs(ctx context.Context, clientID string) ([]string, error) {
	answer, err := p.api.ListUserPoolClientSecrets(ctx, &cognito.ListUserPoolClientSecretsInput{UserPoolId: &p.id, ClientId: &clientID})
	if err != nil {
		return nil, p.aboutClient(err, clientID)
	}
	slices.SortFunc(answer.ClientSecrets, func(a, b types.ClientSecretDescriptorType) int {
		return cmp.Or(
			aws.ToTime(a.ClientSecretCreateDate).Compare(aws.ToTime(b.ClientSecretCreateDate)),
			cmp.Compare(aws.ToString(a.ClientSecretId), aws.ToString(b.ClientSecretId)),
		)
	})
	var ids []string
	for _, secret := range answer.ClientSecrets {
		ids = append(ids, aws.ToString(secret.ClientSecretId))
	}
	return ids, nil
}

// addSecret has Cognito make one more secret for the client.
func (p userPool) addSecret(ctx context.Context, clientID string) (id string, value client.Secret, err error) {
	answer, err := p.api.AddUserPoolClientSecret(ctx, &cognito.AddUserPoolClientSecretInput{UserPoolId: &p.id, ClientId: &clientID})
	if err != nil {
		return "", "", p.aboutClient(err, clientID)
	}
	added := answer.ClientSecretDescriptor
	if added == nil || aws.ToString(added.ClientSecretId) == "" || aws.ToString(added.ClientSecretValue) == "" {
		return "", "", errUnreadable
	}
	return *added.ClientSecretId, client.Secret(*added.ClientSecretValue), nil
}

// deleteSecret deletes one of the client's secrets. One that is gone is as good.
func (p userPool) deleteSecret(ctx context.Context, clientID, id string) error {
	_, err := p.api.DeleteUserPoolClientSecret(ctx, &cognito.DeleteUserPoolClientSecretInput{UserPoolId: &p.id, ClientId: &clientID, ClientSecretId: &id})
	if _, notFound := errors.AsType[*types.ResourceNotFoundException](err); err == nil || notFound {
		return nil
	}
	return withoutContent(err)
}

// aboutClient explains the one refusal that says something about the secret's tag.
func (p userPool) aboutClient(err error, clientID string) error {
	if _, notFound := errors.AsType[*types.ResourceNotFoundException](err); notFound {
		return stopped{
			fmt.Sprintf("user pool %s has no app client %s", p.id, clientID),
			"deploy the stack again, so that the secret's tag " + client.ClientIDTag + " names the app client there is",
		}
	}
	return withoutContent(err)
}
