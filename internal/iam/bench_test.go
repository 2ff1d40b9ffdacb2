package iam_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/iam"
	"cognito-m2m/internal/redacted"
	"cognito-m2m/internal/secretsmanager"
	"cognito-m2m/internal/sts"
)

// BenchmarkAuthorize is what a decision costs: a read of a secret under a customer's key, which
// takes two. "of-an-operation" is that beside GetSecretValue as a whole, as the function's session
// calls it with the SDK; its target is a tenth at most.
func BenchmarkAuthorize(b *testing.B) {
	p, model := compile(b, nil)
	arn := secret(b, model, "encrypted")
	decide := func() error {
		if err := p.Authorize(function, read(arn)); err != nil {
			return err
		}
		return p.Authorize(function, decrypt(model.KMSKeys[0].ARN, secretsManager))
	}
	call := operation(b, p, arn, model.KMSKeys[0].ARN)
	const calls = 1000
	begun := time.Now()
	for range calls {
		if err := call(); err != nil {
			b.Fatal(err)
		}
	}
	perCall := float64(time.Since(begun).Nanoseconds()) / calls
	b.ReportAllocs()
	for b.Loop() {
		if err := decide(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/perCall, "of-an-operation")
}

// operation is a GetSecretValue of the function's session that the permissions allow.
func operation(b *testing.B, p *iam.Permissions, arn, key string) func() error {
	b.Helper()
	identities, err := sts.New(sts.Config{Secret: redacted.Text(awsapitest.Key.Secret)})
	if err != nil {
		b.Fatal(err)
	}
	store, err := secretsmanager.New(secretsmanager.Config{
		Secrets: []secretsmanager.Secret{{ARN: arn, Name: "encrypted", KMSKeyID: key, Initial: "value"}},
	})
	if err != nil {
		b.Fatal(err)
	}
	url := awsapitest.Serve(b, awsapi.Config{
		JSON: []awsapi.JSONService{awsapitest.SecretsManager(store)}, Sessions: identities, Authorizer: p,
	})
	issued := identities.Issue(sts.Role{ARN: function.RoleARN}, "reader")
	config := awsapitest.SDK(url)
	config.Region = "eu-west-1"
	config.Credentials = aws.NewCredentialsCache(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: issued.AccessKeyID, SecretAccessKey: string(issued.SecretAccessKey), SessionToken: issued.SessionToken}, nil
	}))
	api := awssecretsmanager.NewFromConfig(config)
	return func() error {
		_, err := api.GetSecretValue(b.Context(), &awssecretsmanager.GetSecretValueInput{SecretId: aws.String("encrypted")})
		return err
	}
}
