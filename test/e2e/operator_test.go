package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
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

// rotate starts a rotation, as soon as the one before has ended, and waits until its version is
// current. A rotation ends a moment after that.
func (o *operator) rotate(ctx context.Context, secret string) error {
	started, err := o.secrets.RotateSecret(ctx, &secretsmanager.RotateSecretInput{SecretId: &secret})
	for err != nil && strings.Contains(err.Error(), "A previous rotation isn't complete") && ctx.Err() == nil {
		time.Sleep(20 * time.Millisecond)
		started, err = o.secrets.RotateSecret(ctx, &secretsmanager.RotateSecretInput{SecretId: &secret})
	}
	if err != nil {
		return err
	}
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		described, err := o.secrets.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &secret})
		if err != nil {
			return err
		}
		switch labels := described.VersionIdsToStages[*started.VersionId]; {
		case slices.Contains(labels, "AWSCURRENT"):
			return nil
		case len(labels) == 0:
			return fmt.Errorf("the rotation of %s has withdrawn", secret)
		}
	}
	return fmt.Errorf("the rotation of %s did not end", secret)
}

// rotateEarly is rotate for who does not wait until callers have had time enough: it deletes the
// secret that a rotation would spare.
func (o *operator) rotateEarly(t *testing.T, secret string) error {
	t.Helper()
	current := o.current(t, secret)
	for _, id := range o.live(t, current.ClientID) {
		if id == current.ClientSecretID {
			continue
		}
		_, err := o.pool.DeleteUserPoolClientSecret(t.Context(), &cognitoidentityprovider.DeleteUserPoolClientSecretInput{
			UserPoolId: &o.poolID, ClientId: &current.ClientID, ClientSecretId: &id,
		})
		if err != nil {
			return err
		}
	}
	return o.rotate(t.Context(), secret)
}

// paste writes the credentials over the current value by hand, without the id of their secret.
func (o *operator) paste(t *testing.T, secret string, c client.Credentials) {
	t.Helper()
	value, err := json.Marshal(map[string]string{
		"client_id": c.ClientID, "client_secret": string(c.ClientSecret), "token_endpoint": c.TokenEndpoint, "edited": time.Now().String(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.secrets.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: &secret, SecretString: aws.String(string(value))}); err != nil {
		t.Fatal(err)
	}
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
