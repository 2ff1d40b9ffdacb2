package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"cognito-m2m/client"
)

// operator uses AWS's APIs of a run with the published SDK.
type operator struct {
	secrets *secretsmanager.Client
	pool    *cognitoidentityprovider.Client
	poolID  string
	tokens  string // the token endpoint
}

func newOperator(endpoint, region, poolID, tokenEndpoint string, key aws.CredentialsProvider) *operator {
	cfg := aws.Config{
		Region:       region,
		BaseEndpoint: aws.String(endpoint),
		Credentials:  key,
	}
	return &operator{
		secrets: secretsmanager.NewFromConfig(cfg),
		pool:    cognitoidentityprovider.NewFromConfig(cfg),
		poolID:  poolID,
		tokens:  tokenEndpoint,
	}
}

func (p *process) operator() *operator {
	return newOperator(p.AWSEndpoint, p.Region, p.UserPoolID, p.TokenEndpoint, credentials.NewStaticCredentialsProvider(p.AccessKeyID, p.SecretAccessKey, ""))
}

// current are the credentials in the AWSCURRENT version of a secret.
func (o *operator) current(t *testing.T, secret string) client.Credentials {
	t.Helper()
	current, err := client.FromSecretsManager(o.secrets, secret).Credentials(t.Context())
	if err != nil {
		t.Fatalf("reading %s: %v", secret, err)
	}
	return current
}

// rotate starts a rotation and waits until its version is current.
func (o *operator) rotate(ctx context.Context, secret string) error {
	started, err := o.secrets.RotateSecret(ctx, &secretsmanager.RotateSecretInput{SecretId: &secret})
	if err != nil {
		return err
	}
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		described, err := o.secrets.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &secret})
		if err != nil {
			return err
		}
		if slices.Contains(described.VersionIdsToStages[*started.VersionId], "AWSCURRENT") {
			return nil
		}
	}
	return fmt.Errorf("the rotation of %s did not end", secret)
}

// live are the ids of the client's live secrets.
func (o *operator) live(t *testing.T, clientID string) (ids []string) {
	t.Helper()
	listed, err := o.pool.ListUserPoolClientSecrets(t.Context(), &cognitoidentityprovider.ListUserPoolClientSecretsInput{
		UserPoolId: &o.poolID, ClientId: &clientID,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range listed.ClientSecrets {
		ids = append(ids, *secret.ClientSecretId)
	}
	return ids
}

// opens reports whether the token endpoint gives a token for the secret.
func (o *operator) opens(ctx context.Context, c client.Credentials) (bool, error) {
	source := clientcredentials.Config{
		ClientID: c.ClientID, ClientSecret: string(c.ClientSecret), TokenURL: o.tokens, AuthStyle: oauth2.AuthStyleInHeader,
	}
	_, err := source.Token(ctx)
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refused.ErrorCode == "invalid_client" {
		return false, nil
	}
	return err == nil, err
}

// wantOpen wants a secret to be taken or refused by the token endpoint.
func (o *operator) wantOpen(t *testing.T, c client.Credentials, want bool) {
	t.Helper()
	got, err := o.opens(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("the secret of %s opens: %t, want %t", c.RotatedAt, got, want)
	}
}
