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
	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/standing"
	"cognito-m2m/internal/userpool"
	"cognito-m2m/naming"
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

// addresses returns the URLs of the pool's token endpoint, the one for callers first, and the
// issuer of its tokens.
func (p userPool) addresses(ctx context.Context) (tokenEndpoints []string, issuer string, err error) {
	answer, err := p.api.DescribeUserPool(ctx, &cognito.DescribeUserPoolInput{UserPoolId: &p.id})
	if err != nil {
		return nil, "", withoutContent(err)
	}
	if answer.UserPool == nil {
		return nil, "", errUnreadable
	}
	tokenEndpoints = p.tokenEndpointsOf(answer.UserPool)
	if len(tokenEndpoints) == 0 {
		return nil, "", stopped{"user pool " + p.id + " has no domain, so there is no token endpoint", "give it a domain, then resume the rotation"}
	}
	return tokenEndpoints, p.issuerOf(answer.UserPool), nil
}

// region is the first part of a pool's id: the pool's primary Region, which its issuer and its
// prefix domain have.
func (p userPool) region() string {
	region, _, _ := strings.Cut(p.id, "_")
	return region
}

// tokenEndpointsOf puts the custom domain first: a pool that has one means callers to use it. The
// prefix domain, which answers within a minute of its creation, is the last.
func (p userPool) tokenEndpointsOf(pool *types.UserPoolType) (urls []string) {
	if p.tokenEndpoint != "" {
		return []string{p.tokenEndpoint}
	}
	if custom := aws.ToString(pool.CustomDomain); custom != "" {
		urls = append(urls, "https://"+custom+userpool.TokenPath)
	}
	if prefix := aws.ToString(pool.Domain); prefix != "" {
		host := userpool.PrefixDomain(prefix, userpool.Auth(partition.Of(p.region())), p.region())
		urls = append(urls, "https://"+host+userpool.TokenPath)
	}
	return urls
}

// issuerOf returns the "iss" claim of the pool's tokens, which has a second form since 2026. A pool
// that says nothing has the original one.
func (p userPool) issuerOf(pool *types.UserPoolType) string {
	issuerType := types.IssuerTypeOriginal
	if pool.IssuerConfiguration != nil {
		issuerType = pool.IssuerConfiguration.Type
	}
	return userpool.Issuer(string(issuerType), p.region(), p.id)
}

// client returns the name of an app client, and its scopes, sorted. The answer also holds a secret,
// which is not looked at.
func (p userPool) client(ctx context.Context, clientID string) (name string, scopes []string, err error) {
	answer, err := p.api.DescribeUserPoolClient(ctx, &cognito.DescribeUserPoolClientInput{UserPoolId: &p.id, ClientId: &clientID})
	if err != nil {
		return "", nil, p.aboutClient(err, clientID)
	}
	if answer.UserPoolClient == nil {
		return "", nil, errUnreadable
	}
	return aws.ToString(answer.UserPoolClient.ClientName), slices.Sorted(slices.Values(answer.UserPoolClient.AllowedOAuthScopes)), nil
}

// liveSecrets are those of an app client that Cognito accepts, the oldest first.
type liveSecrets []standing.Secret

// find returns the secret of an id, nil if it is not live.
func (l liveSecrets) find(id string) *standing.Secret {
	if i := slices.IndexFunc(l, func(s standing.Secret) bool { return s.ID == id }); i >= 0 {
		return &l[i]
	}
	return nil
}

func (p userPool) secrets(ctx context.Context, clientID string) (live liveSecrets, err error) {
	answer, err := p.api.ListUserPoolClientSecrets(ctx, &cognito.ListUserPoolClientSecretsInput{UserPoolId: &p.id, ClientId: &clientID})
	if err != nil {
		return nil, p.aboutClient(err, clientID)
	}
	for _, secret := range answer.ClientSecrets {
		live = append(live, standing.Secret{ID: aws.ToString(secret.ClientSecretId), Created: aws.ToTime(secret.ClientSecretCreateDate)})
	}
	slices.SortFunc(live, func(a, b standing.Secret) int { return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID)) })
	return live, nil
}

// addSecret makes Cognito generate one more secret for the client.
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

// deleteSecret deletes one of the client's secrets. It does not fail if that is gone already.
func (p userPool) deleteSecret(ctx context.Context, clientID, id string) error {
	_, err := p.api.DeleteUserPoolClientSecret(ctx, &cognito.DeleteUserPoolClientSecretInput{UserPoolId: &p.id, ClientId: &clientID, ClientSecretId: &id})
	if _, notFound := errors.AsType[*types.ResourceNotFoundException](err); err == nil || notFound {
		return nil
	}
	return withoutContent(err)
}

// unknownClient says that the pool has no such app client, or does not find it yet.
type unknownClient struct{ stopped }

// aboutClient words a refusal: that there is no such client means that the secret's tag is wrong.
func (p userPool) aboutClient(err error, clientID string) error {
	if _, notFound := errors.AsType[*types.ResourceNotFoundException](err); notFound {
		return unknownClient{stopped{
			fmt.Sprintf("user pool %s has no app client %s", p.id, clientID),
			"deploy the stack again, so that the secret's tag " + naming.ClientIDTag + " names the present app client",
		}}
	}
	return withoutContent(err)
}
