package client

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// SecretsManagerAPI is the one operation of Secrets Manager that reading a secret needs;
// *secretsmanager.Client implements it.
type SecretsManagerAPI interface {
	GetSecretValue(ctx context.Context, input *secretsmanager.GetSecretValueInput, options ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// FromSecretsManager reads the current version (AWSCURRENT) of the secret with this name or ARN.
// The caller needs the permission secretsmanager:GetSecretValue on it, and kms:Decrypt if the
// secret has a key of its own.
func FromSecretsManager(api SecretsManagerAPI, secretID string) Source {
	return namedSource{"secret " + secretID, func(ctx context.Context) (Credentials, error) {
		// Without a version or a stage the answer is AWSCURRENT.
		output, err := api.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &secretID})
		if err != nil {
			return Credentials{}, fmt.Errorf("reading secret %s: %w", secretID, err)
		}
		if output.SecretString == nil {
			return Credentials{}, fmt.Errorf("reading secret %s: it has no SecretString", secretID)
		}
		credentials, err := ParseCredentials([]byte(*output.SecretString))
		if err != nil {
			return Credentials{}, fmt.Errorf("reading secret %s: %w", secretID, err)
		}
		return credentials, nil
	}}
}
